"""TASK-10: after cancelling itself a task that returns is cancelled, one that fails has failed."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def returns():
    asyncio.current_task().cancel("by itself")
    return "discarded"


async def fails():
    asyncio.current_task().cancel()
    raise ValueError("boom")


async def main():
    task = asyncio.create_task(returns())
    try:
        print("never", await task)
    except asyncio.CancelledError as e:
        print("caught", err(e))
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())

    task = asyncio.create_task(fails())
    try:
        await task
    except ValueError as e:
        print("caught", err(e))
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())


asyncio.run(main())
