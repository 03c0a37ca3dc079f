"""TASK-12: two cancels before delivery: one CancelledError, the first message, a count of 2."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def body(future):
    for attempt in ("first", "second"):
        try:
            await future
            print(attempt, "await ends")
        except asyncio.CancelledError as e:
            print(attempt, "await raises", err(e))
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_result, None)
    print("cancelling inside", asyncio.current_task().cancelling())


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(body(future))
    await asyncio.sleep(0)
    print("cancel", b(task.cancel("A")), b(task.cancel("B")))
    print("cancelling", task.cancelling())
    await task
    print("cancelled", b(task.cancelled()))


asyncio.run(main())
