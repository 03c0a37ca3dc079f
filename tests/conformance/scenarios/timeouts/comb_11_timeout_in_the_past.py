"""COMB-11: a deadline in the past is delivered at the first suspension."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    for when in (loop.time(), loop.time() - 10, 0.0):
        try:
            async with asyncio.timeout_at(when) as scope:
                print("before, expired", flag(scope.expired()))
                await asyncio.sleep(0)
                print("not reached")
        except TimeoutError as e:
            print(error(e))

    try:
        async with asyncio.timeout(-1):
            await asyncio.sleep(10)
    except TimeoutError as e:
        print(error(e))

    log = []
    loop.call_soon(log.append, "queued before")
    try:
        async with asyncio.timeout(0):
            loop.call_soon(log.append, "queued after")
            await loop.create_future()
    except TimeoutError:
        log.append("timeout")
    print(", ".join(log))


asyncio.run(main())
