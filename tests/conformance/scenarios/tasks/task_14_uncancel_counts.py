"""TASK-14: uncancel() takes one request back, never below 0, and tells what is left."""

import asyncio


def b(value):
    return "true" if value else "false"


async def body():
    task = asyncio.current_task()
    print("uncancel at 0", task.uncancel())
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelling", task.cancelling())
    print("uncancel", task.uncancel())
    print("uncancel", task.uncancel())
    print("uncancel", task.uncancel())
    await asyncio.sleep(0)
    return "value"


async def main():
    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    print("result", await task)
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())
    print("uncancel when done", task.uncancel())


asyncio.run(main())
