"""COMB-07: an outer cancel cancels what wait_for() waits on; a result of the same tick is lost to the waiter."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def inner(log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError as e:
        log.append("inner " + error(e))
        raise


async def wait_on(awaitable):
    return await asyncio.wait_for(awaitable, 1)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    child = asyncio.create_task(inner(log))
    waiter = asyncio.create_task(wait_on(child))
    await asyncio.sleep(0)
    waiter.cancel("outer")
    try:
        await waiter
    except asyncio.CancelledError as e:
        print(error(e))
    print(", ".join(log) + ",", "child cancelled", flag(child.cancelled()))

    future = loop.create_future()
    waiter = asyncio.create_task(wait_on(future))
    await asyncio.sleep(0)
    future.set_result(7)
    print("cancel", flag(waiter.cancel("late")))
    try:
        print(await waiter)
    except asyncio.CancelledError as e:
        print(error(e))
    print("future keeps", future.result())


asyncio.run(main())
