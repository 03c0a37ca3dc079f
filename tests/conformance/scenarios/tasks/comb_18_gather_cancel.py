"""COMB-18: cancelling gather() cancels every child; it ends with the first of them that ends cancelled."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def child(name, steps, log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError as e:
        log.append(f"{name} got {error(e)}")
        for _ in range(steps):
            await asyncio.sleep(0)
        log.append(name + " cleaned up")
        raise


async def attempt(**options):
    log = []
    slow = asyncio.create_task(child("slow", 20, log))
    quick = asyncio.create_task(child("quick", 0, log))
    outer = asyncio.gather(slow, quick, **options)
    await asyncio.sleep(0)
    print("cancel", flag(outer.cancel("stop")))
    print("done at once", flag(outer.done()))
    try:
        await outer
    except asyncio.CancelledError as e:
        log.append("outer " + error(e))
    await asyncio.wait([slow, quick])
    for line in log:
        print(line)
    print("outer cancelled()", flag(outer.cancelled()))


async def main():
    await attempt()
    print("with return_exceptions, it ends after all of them")
    await attempt(return_exceptions=True)


asyncio.run(main())
