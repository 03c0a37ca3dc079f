"""SYNC-11: a bounded semaphore refuses one release too many."""

import asyncio


def b(value):
    return "true" if value else "false"


def release(semaphore):
    try:
        semaphore.release()
        print("released, locked", b(semaphore.locked()))
    except ValueError as e:
        print("ValueError", e)


async def worker(semaphore, name):
    async with semaphore:
        print(name, "has one")
        await asyncio.sleep(0)


async def main():
    semaphore = asyncio.BoundedSemaphore(2)
    release(semaphore)
    await semaphore.acquire()
    release(semaphore)
    release(semaphore)
    await asyncio.gather(*[worker(semaphore, n) for n in "abcde"])
    release(semaphore)
    none = asyncio.BoundedSemaphore(0)
    print("locked", b(none.locked()))
    release(none)


asyncio.run(main())
