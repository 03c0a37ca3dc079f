"""COMB-12: a timeout that was not entered cannot be rescheduled, and none can be entered twice."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    scope = asyncio.timeout(None)
    try:
        scope.reschedule(loop.time())
    except RuntimeError as e:
        print(error(e))
    async with scope:
        print("entered")
    try:
        async with scope:
            print("not reached")
    except RuntimeError as e:
        print(error(e))


asyncio.run(main())
