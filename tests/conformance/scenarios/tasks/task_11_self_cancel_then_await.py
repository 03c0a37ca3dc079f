"""TASK-11: a task that cancelled itself sees it at the next await that suspends."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


async def nothing():
    return "coroutine"


async def body():
    done = asyncio.get_running_loop().create_future()
    done.set_result("done future")
    asyncio.current_task().cancel("by itself")
    print("no suspension:", await done)
    print("no suspension:", await nothing())
    try:
        await asyncio.sleep(0)
        print("never")
    except asyncio.CancelledError as e:
        print("the bare yield raises", err(e))

    asyncio.current_task().cancel("once more")
    pending = asyncio.get_running_loop().create_future()
    try:
        await pending
    except asyncio.CancelledError as e:
        print("the pending future raises", err(e))
    print("pending is cancelled", "true" if pending.cancelled() else "false")
    return "value"


async def main():
    task = asyncio.create_task(body())
    print("result", await task, "cancelling", task.cancelling())


asyncio.run(main())
