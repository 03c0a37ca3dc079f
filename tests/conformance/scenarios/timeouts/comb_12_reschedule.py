"""COMB-12: reschedule() moves the deadline, when() tells it, both only while the timeout is active."""
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
    async with asyncio.timeout(0.02) as scope:
        start = scope.when()
        scope.reschedule(start + 10)
        print("moved by 10", flag(abs(scope.when() - start - 10) < 1e-6))
        await asyncio.sleep(0.04)
        print("still running, expired", flag(scope.expired()))
    try:
        scope.reschedule(loop.time())
    except RuntimeError as e:
        print(error(e))

    try:
        async with asyncio.timeout(10) as scope:
            scope.reschedule(loop.time() + 0.01)
            await asyncio.sleep(1)
    except TimeoutError as e:
        print(error(e))
    try:
        scope.reschedule(None)
    except RuntimeError as e:
        print(error(e))

    try:
        async with asyncio.timeout(10) as scope:
            scope.reschedule(loop.time() - 1)
            try:
                await asyncio.sleep(1)
            finally:
                try:
                    scope.reschedule(loop.time() + 1)
                except RuntimeError as e:
                    print(error(e))
    except TimeoutError as e:
        print(error(e))


asyncio.run(main())
