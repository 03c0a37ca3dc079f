"""SYNC-09: a semaphore serves strictly in order and counts as locked while somebody waits."""

import asyncio


def b(value):
    return "true" if value else "false"


async def worker(semaphore, name):
    await semaphore.acquire()
    print(name, "has one, locked", b(semaphore.locked()))


async def main():
    semaphore = asyncio.Semaphore(2)
    print("locked", b(semaphore.locked()))
    await semaphore.acquire()
    print("locked", b(semaphore.locked()))
    await semaphore.acquire()
    print("locked", b(semaphore.locked()))
    tasks = [asyncio.create_task(worker(semaphore, n)) for n in "abcd"]
    await asyncio.sleep(0)
    semaphore.release()
    semaphore.release()
    print("released 2, locked", b(semaphore.locked()))
    await semaphore_newcomer(semaphore)
    await asyncio.gather(*tasks)
    print("more units than in the beginning")
    for _ in range(5):
        semaphore.release()
    for _ in range(4):
        await semaphore.acquire()
    print("locked", b(semaphore.locked()))


async def semaphore_newcomer(semaphore):
    late = asyncio.create_task(worker(semaphore, "late"))
    await asyncio.sleep(0)
    print("locked", b(semaphore.locked()))
    for _ in range(3):
        semaphore.release()
    print("released 3, locked", b(semaphore.locked()))
    last = asyncio.create_task(worker(semaphore, "last"))
    semaphore.release()
    await asyncio.gather(late, last)


asyncio.run(main())
