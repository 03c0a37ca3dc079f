"""TASK-06: cancel between the result and the wake-up: the task loses it, the future keeps it."""

import asyncio


def b(value):
    return "true" if value else "false"


async def wait(future):
    try:
        print("got", await future)
    except asyncio.CancelledError:
        print("cancelled although the future is done", b(future.done()))
        raise


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(wait(future))
    await asyncio.sleep(0)
    future.set_result("value")
    print("cancel", b(task.cancel()))
    try:
        await task
    except asyncio.CancelledError:
        print("task cancelled", b(task.cancelled()))
    print("future", future.result())


asyncio.run(main())
