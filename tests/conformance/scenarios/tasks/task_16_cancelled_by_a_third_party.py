"""TASK-16: an awaiter tells by cancelling() whether it was cancelled or what it awaits."""

import asyncio


def b(value):
    return "true" if value else "false"


async def inner():
    await asyncio.sleep(10)


async def outer(task):
    try:
        await task
    except asyncio.CancelledError:
        print("outer: my cancelling() is", asyncio.current_task().cancelling())
        return "survived"


async def main():
    task = asyncio.create_task(inner())
    waiter = asyncio.create_task(outer(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("cancel the inner task")
    task.cancel()
    print("result", await waiter, "cancelled", b(waiter.cancelled()))

    task = asyncio.create_task(inner())
    waiter = asyncio.create_task(outer(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("cancel the outer task")
    waiter.cancel()
    print("result", await waiter, "inner cancelled", b(task.cancelled()))


asyncio.run(main())
