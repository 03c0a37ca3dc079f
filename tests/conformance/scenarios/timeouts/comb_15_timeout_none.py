"""COMB-15: timeout(None) never fires until it is armed."""
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
    async with asyncio.timeout(None) as scope:
        print("when", "none" if scope.when() is None else "some")
        await asyncio.sleep(0.01)
    print("expired", flag(scope.expired()))

    try:
        async with asyncio.timeout(None) as scope:
            scope.reschedule(loop.time() + 0.01)
            print("when", "none" if scope.when() is None else "some")
            await asyncio.sleep(1)
    except TimeoutError as e:
        print(error(e))

    async with asyncio.timeout(0.01) as scope:
        scope.reschedule(None)
        print("when", "none" if scope.when() is None else "some")
        await asyncio.sleep(0.03)
    print("expired", flag(scope.expired()))


asyncio.run(main())
