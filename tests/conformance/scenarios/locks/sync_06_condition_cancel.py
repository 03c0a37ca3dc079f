"""SYNC-06: wait takes the lock again even if it is cancelled again and again, and raises the last request."""

import asyncio


def b(value):
    return "true" if value else "false"


async def waiter(condition):
    async with condition:
        try:
            await condition.wait()
            print("notified")
        except asyncio.CancelledError as e:
            print("cancelled", *e.args, "locked", b(condition.locked()))
            print("cancelling", asyncio.current_task().cancelling())


async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(0)
    await condition.acquire()
    for message in ("one", "two", "three"):
        task.cancel(message)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        print("done", b(task.done()))
    condition.release()
    await task
    print("locked", b(condition.locked()))

    print("notified, then cancelled while it waits for the lock")
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(0)
    async with condition:
        condition.notify(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel("late")
    await task

    print("cancelled when the lock was handed to it")
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(0)
    async with condition:
        condition.notify(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    task.cancel("too late")
    await task
    print("locked", b(condition.locked()))


asyncio.run(main())
