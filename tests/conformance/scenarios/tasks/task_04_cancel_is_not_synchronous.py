"""TASK-04: cancel() returns at once; CancelledError is raised when the task is next stepped."""

import asyncio


async def body():
    print("body waits")
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("body sees the cancellation")
        raise


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    loop.call_soon(print, "queued before cancel")
    print("cancel")
    task.cancel()
    print("cancel returned")
    loop.call_soon(print, "queued after cancel")
    await asyncio.sleep(0)
    print("one pass later")
    try:
        await task
    except asyncio.CancelledError:
        print("main sees it too")


asyncio.run(main())
