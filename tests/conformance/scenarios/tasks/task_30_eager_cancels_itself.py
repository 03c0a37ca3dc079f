"""TASK-30: an eager task that is cancelled in its eager step sees it at its first suspension."""

import asyncio


def b(value):
    return "true" if value else "false"


async def itself(waits):
    asyncio.current_task().cancel("own")
    print("goes on after cancel()")
    if not waits:
        return "a value"
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError as e:
        print("cancelled", *e.args)
        raise


async def itself_and_fails():
    asyncio.current_task().cancel()
    raise ValueError("instead")


async def on_a_future(future):
    asyncio.current_task().cancel("own")
    await future


async def cancels(task):
    task.cancel("by the eager child")
    await asyncio.sleep(0)


async def parent():
    asyncio.create_task(cancels(asyncio.current_task()), eager_start=True)
    print("parent is not interrupted")
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError as e:
        print("parent cancelled", *e.args)


async def main():
    task = asyncio.create_task(itself(True), eager_start=True)
    print("done", b(task.done()), "cancelling", task.cancelling())
    await asyncio.wait([task])
    print("cancelled", b(task.cancelled()))
    task = asyncio.create_task(itself(False), eager_start=True)
    print("done", b(task.done()), "cancelled", b(task.cancelled()), task.cancelling())
    task = asyncio.create_task(itself_and_fails(), eager_start=True)
    print(repr(task.exception()), b(task.cancelled()), task.cancelling())
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(on_a_future(future), eager_start=True)
    print("the future is cancelled", b(future.cancelled()), "the task", b(task.cancelled()))
    await asyncio.wait([task])
    print("the task", b(task.cancelled()))
    await asyncio.create_task(parent(), eager_start=True)


asyncio.run(main())
