"""TASK-03: cancel() is true and counted while the task is not done, false afterwards."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def wait(future):
    await future


async def value():
    return 1


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(wait(future))
    await asyncio.sleep(0)
    print("cancelling", task.cancelling())
    print("cancel", b(task.cancel()), "cancelling", task.cancelling())
    print("the awaited future is cancelled", b(future.cancelled()))
    print("task done", b(task.done()), "cancelled", b(task.cancelled()))
    try:
        await task
    except asyncio.CancelledError as e:
        print("caught", err(e))
    print("task done", b(task.done()), "cancelled", b(task.cancelled()))
    print("cancel", b(task.cancel()), "cancelling", task.cancelling())

    task = asyncio.create_task(value())
    await task
    print("cancel when done", b(task.cancel()), "cancelling", task.cancelling())
    print("result", task.result(), "cancelled", b(task.cancelled()))


asyncio.run(main())
