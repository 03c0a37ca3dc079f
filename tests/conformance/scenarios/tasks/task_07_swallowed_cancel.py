"""TASK-07: a coroutine may swallow its cancellation; cancelling() stays 1."""

import asyncio


def b(value):
    return "true" if value else "false"


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("swallowed")
    print("cancelling inside", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    print("goes on after another await")
    return "value"


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    print("result", await task)
    print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())


asyncio.run(main())
