"""TASK-13: the message of cancel() is raised in the task and reaches the one who awaits it."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


async def inner():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as e:
        print("inner", err(e))
        raise


async def outer(task):
    try:
        await task
    except asyncio.CancelledError as e:
        print("outer", err(e))
        raise


async def main():
    task = asyncio.create_task(inner())
    waiter = asyncio.create_task(outer(task))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiter.cancel("enough")
    for attempt in ("first", "second"):
        try:
            await waiter
        except asyncio.CancelledError as e:
            print("main", attempt, err(e))

    task = asyncio.create_task(inner())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as e:
        print("without a message", err(e))


asyncio.run(main())
