"""SYNC-02: a request that is withdrawn before the waiter runs: it depends on who was first."""

import asyncio


async def waiter(lock, name):
    try:
        async with lock:
            print(name, "has it")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    for release_first in (True, False):
        lock = asyncio.Lock()
        await lock.acquire()
        task = asyncio.create_task(waiter(lock, "waiter"))
        await asyncio.sleep(0)
        if release_first:
            print("release, cancel, uncancel")
            lock.release()
            task.cancel()
        else:
            print("cancel, uncancel, release")
            task.cancel()
        print(task.uncancel())
        if not release_first:
            lock.release()
        await task


asyncio.run(main())
