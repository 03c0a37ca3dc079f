"""SYNC-08: several conditions may share a lock."""

import asyncio


def b(value):
    return "true" if value else "false"


async def waiter(condition, name):
    async with condition:
        await condition.wait()
        print(name)


async def main():
    lock = asyncio.Lock()
    full = asyncio.Condition(lock)
    empty = asyncio.Condition(lock)
    tasks = [
        asyncio.create_task(waiter(full, "full")),
        asyncio.create_task(waiter(empty, "empty")),
    ]
    await asyncio.sleep(0)
    async with lock:
        print("locked", b(full.locked()), b(empty.locked()))
        empty.notify(1)
    await tasks[1]
    async with full:
        print("locked", b(lock.locked()), b(empty.locked()))
        full.notify(1)
    await tasks[0]
    await empty.acquire()
    full.release()
    print("locked", b(lock.locked()))


asyncio.run(main())
