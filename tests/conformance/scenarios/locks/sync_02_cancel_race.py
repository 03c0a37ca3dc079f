"""SYNC-02: a waiter that is cancelled passes the lock on, before and after it was woken."""

import asyncio


def b(value):
    return "true" if value else "false"


async def waiter(lock, name):
    try:
        async with lock:
            print(name, "has it")
    except asyncio.CancelledError as e:
        print(name, "cancelled", *e.args, "locked", b(lock.locked()))


async def other(name):
    print(name)


async def race(name, cancel_first):
    print(name)
    lock = asyncio.Lock()
    await lock.acquire()
    first = asyncio.create_task(waiter(lock, "first"))
    second = asyncio.create_task(waiter(lock, "second"))
    third = asyncio.create_task(waiter(lock, "third"))
    await asyncio.sleep(0)
    if cancel_first:
        first.cancel("stop")
        lock.release()
    else:
        lock.release()
        first.cancel("stop")
    marker = asyncio.create_task(other("marker"))
    await asyncio.gather(first, second, third, marker)
    print("locked", b(lock.locked()))


async def middle():
    print("the one in the middle")
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(waiter(lock, n)) for n in ("first", "second", "third")]
    await asyncio.sleep(0)
    tasks[1].cancel("go")
    lock.release()
    tasks.append(asyncio.create_task(other("marker")))
    await asyncio.gather(*tasks)


async def main():
    await race("cancel, release", True)
    await race("release, cancel", False)
    await middle()


asyncio.run(main())
