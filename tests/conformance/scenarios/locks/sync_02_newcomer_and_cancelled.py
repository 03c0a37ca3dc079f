"""SYNC-02: a newcomer takes the lock at once if all who wait are cancelled, and only then."""

import asyncio


def b(value):
    return "true" if value else "false"


async def waiter(lock, name):
    try:
        async with lock:
            print(name, "has it")
    except asyncio.CancelledError:
        print(name, "cancelled, locked", b(lock.locked()))


async def round(name, n_cancelled):
    print(name)
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(waiter(lock, n)) for n in ("first", "second")]
    await asyncio.sleep(0)
    for task in tasks[:n_cancelled]:
        task.cancel()
    lock.release()
    print("locked", b(lock.locked()))
    await lock.acquire()
    print("newcomer has it")
    await asyncio.sleep(0)
    lock.release()
    await asyncio.gather(*tasks)


async def main():
    await round("both cancelled", 2)
    await round("one cancelled", 1)
    await round("none cancelled", 0)


asyncio.run(main())
