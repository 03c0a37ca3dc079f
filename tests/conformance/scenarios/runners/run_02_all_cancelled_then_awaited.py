"""RUN-02: every task is told to cancel before any of them runs, and all are waited for."""

import asyncio


def b(value):
    return "true" if value else "false"


async def polite():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelling of all", *[task.cancelling() for task in tasks])
        raise


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(0.01)
    print("the stubborn one ends in its own time")


async def main():
    tasks.append(asyncio.create_task(polite()))
    tasks.append(asyncio.create_task(polite()))
    tasks.append(asyncio.create_task(stubborn()))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(print, "a callback still runs")
    print("main ends")


tasks = []
asyncio.run(main())
print("cancelled", *[b(task.cancelled()) for task in tasks])
