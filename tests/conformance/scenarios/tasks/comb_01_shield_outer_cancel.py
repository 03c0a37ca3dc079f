"""COMB-01: cancelling the awaiter of shield() leaves the inner task running."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work(gate):
    try:
        await gate
    except asyncio.CancelledError:
        print("inner cancelled")
        raise
    print("inner finished")
    return 7


async def caller(inner):
    try:
        await asyncio.shield(inner)
    except asyncio.CancelledError as e:
        print("caller:", error(e))
        raise


async def main():
    loop = asyncio.get_running_loop()
    gate = loop.create_future()
    inner = asyncio.create_task(work(gate))
    task = asyncio.create_task(caller(inner))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("cancel", flag(task.cancel("stop")))
    await asyncio.wait([task])
    print("task cancelled", flag(task.cancelled()))
    print("inner done", flag(inner.done()))
    gate.set_result(None)
    print("inner result", await inner)

    gate = loop.create_future()
    inner = asyncio.create_task(work(gate))
    outer = asyncio.shield(inner)
    print("outer cancel", flag(outer.cancel()))
    print("outer cancelled", flag(outer.cancelled()))
    gate.set_result(None)
    print("inner result", await inner)


asyncio.run(main())
