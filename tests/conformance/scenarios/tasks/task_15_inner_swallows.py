"""TASK-15: when the inner task swallows the cancellation the outer one gets its value."""

import asyncio


def b(value):
    return "true" if value else "false"


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("inner swallows")
    return "inner value"


async def outer(inner):
    value = await inner
    print("outer got", value)
    return value


async def main():
    inner = asyncio.create_task(stubborn())
    task = asyncio.create_task(outer(inner))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("cancel", b(task.cancel()))
    print("result", await task)
    print("outer cancelled", b(task.cancelled()), "cancelling", task.cancelling())
    print("inner cancelled", b(inner.cancelled()), "cancelling", inner.cancelling())


asyncio.run(main())
