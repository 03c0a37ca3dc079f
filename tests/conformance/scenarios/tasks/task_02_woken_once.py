"""TASK-02: a task that is already scheduled is not scheduled again by a second reason to run."""

import asyncio


def b(value):
    return "true" if value else "false"


async def body(future):
    print("waits")
    try:
        await future
    except asyncio.CancelledError:
        print("cancelled")
    for step in range(3):
        print("step", step)
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    task = asyncio.create_task(body(future))
    await asyncio.sleep(0)
    future.set_result(None)
    print("cancel", b(task.cancel()), b(task.cancel()))
    while not task.done():
        print("pass")
        await asyncio.sleep(0)


asyncio.run(main())
