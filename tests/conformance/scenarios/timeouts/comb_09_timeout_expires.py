"""COMB-09: an expired timeout() cancels its task once and turns that into TimeoutError."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    task = asyncio.current_task()
    try:
        async with asyncio.timeout(0.01) as scope:
            print("expired", flag(scope.expired()))
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError as e:
                print("body:", error(e))
                print("expired", flag(scope.expired()), "cancelling", task.cancelling())
                raise
    except TimeoutError as e:
        print(error(e), "from", error(e.__cause__))
    print("expired", flag(scope.expired()), "cancelling", task.cancelling())

    async with asyncio.timeout(0.01) as scope:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            print("swallowed")
        await asyncio.sleep(0.02)
        print("cancelled only once")
    print("no error, expired", flag(scope.expired()), "cancelling", task.cancelling())


asyncio.run(main())
