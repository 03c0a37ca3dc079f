"""TASK-14: reaching 0 withdraws a request that was not delivered yet; before that it stands."""

import asyncio


def b(value):
    return "true" if value else "false"


async def withdrawn():
    task = asyncio.current_task()
    task.cancel()
    print("left", task.uncancel())
    await asyncio.sleep(0)
    print("not cancelled")
    task.cancel()
    task.uncancel()
    return "value"


async def one_left():
    task = asyncio.current_task()
    task.cancel()
    task.cancel()
    print("left", task.uncancel())
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    task = asyncio.create_task(withdrawn())
    print("result", await task, "cancelled", b(task.cancelled()))

    task = asyncio.create_task(one_left())
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", b(task.cancelled()), "cancelling", task.cancelling())

    task = asyncio.create_task(withdrawn())
    task.cancel()
    print("before the first step, left", task.uncancel())
    print("result", await task)


asyncio.run(main())
