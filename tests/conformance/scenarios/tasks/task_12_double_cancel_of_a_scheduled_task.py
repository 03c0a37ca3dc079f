"""TASK-12: two cancels of a task that waits for nothing: the last message is delivered."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


async def body():
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError as e:
        print("body", err(e))
        raise


async def main():
    task = asyncio.create_task(body())
    task.cancel("A")
    task.cancel("B")
    try:
        await task
    except asyncio.CancelledError as e:
        print("not started", err(e), task.cancelling())

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel("C")
    task.cancel("D")
    try:
        await task
    except asyncio.CancelledError as e:
        print("in a bare yield", err(e), task.cancelling())


asyncio.run(main())
