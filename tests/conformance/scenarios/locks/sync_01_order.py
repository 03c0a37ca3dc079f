"""SYNC-01: a lock passes to its waiters in order, and nobody overtakes."""

import asyncio


def b(value):
    return "true" if value else "false"


async def worker(lock, name):
    await lock.acquire()
    print(name, "has it")
    await asyncio.sleep(0)
    print(name, "releases")
    lock.release()


async def again(lock):
    for turn in range(3):
        async with lock:
            print("again", turn)


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(worker(lock, name)) for name in "abc"]
    await asyncio.sleep(0)
    lock.release()
    print("released: locked", b(lock.locked()))
    newcomer = asyncio.create_task(worker(lock, "newcomer"))
    await lock.acquire()
    print("main has it")
    lock.release()
    await asyncio.gather(*tasks, newcomer)
    print("locked", b(lock.locked()))
    await asyncio.gather(again(lock), again(lock), worker(lock, "d"))


asyncio.run(main())
