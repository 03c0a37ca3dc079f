"""TASK-09: a coroutine that raises CancelledError without any cancel() ends cancelled."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def body():
    raise asyncio.CancelledError("of its own accord")


async def main():
    task = asyncio.create_task(body())
    try:
        await task
    except asyncio.CancelledError as e:
        print("caught", err(e))
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())
    print("cancelling of main", asyncio.current_task().cancelling())
    try:
        task.exception()
    except asyncio.CancelledError:
        print("exception() raises CancelledError")


asyncio.run(main())
