"""TASK-08: another exception raised during cancellation makes the task fail with that one."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def body():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cleaning up fails")
        raise ValueError("clean-up failed")


async def main():
    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel("stop")
    try:
        await task
    except ValueError as e:
        print("caught", err(e), "context", err(e.__context__))
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())
    print("exception", err(task.exception()))


asyncio.run(main())
