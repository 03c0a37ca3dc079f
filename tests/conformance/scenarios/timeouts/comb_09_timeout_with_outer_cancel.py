"""COMB-09: with an outer cancel pending CancelledError goes through although the timeout expired."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def body(log):
    async with asyncio.timeout(0.01) as scope:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            log.append("first, expired " + flag(scope.expired()))
            asyncio.current_task().cancel("outer")
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError as e:
                log.append("second " + error(e))
                raise
    log.append("not reached")


async def cancelled_first(log):
    try:
        async with asyncio.timeout(0.01) as scope:
            asyncio.current_task().cancel("before the deadline")
            await asyncio.sleep(1)
    finally:
        log.append("expired " + flag(scope.expired()))


async def attempt(function):
    log = []
    task = asyncio.create_task(function(log))
    try:
        await task
    except (asyncio.CancelledError, TimeoutError) as e:
        log.append(error(e))
    for line in log:
        print(line)
    print("cancelled", flag(task.cancelled()), "cancelling", task.cancelling())


async def main():
    await attempt(body)
    await attempt(cancelled_first)


asyncio.run(main())
