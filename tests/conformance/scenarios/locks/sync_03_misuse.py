"""SYNC-03: releasing a free lock is an error; anyone may release, nobody may acquire twice."""

import asyncio


def release(lock):
    try:
        lock.release()
        print("released")
    except RuntimeError as e:
        print("RuntimeError", e)


async def waiter(lock):
    await lock.acquire()
    print("waiter has it")


async def main():
    lock = asyncio.Lock()
    release(lock)
    await lock.acquire()
    try:
        await asyncio.wait_for(lock.acquire(), 0.001)
    except TimeoutError:
        print("not re-entrant")
    asyncio.get_running_loop().call_soon(release, lock)
    await lock.acquire()
    print("somebody else released it")
    task = asyncio.create_task(waiter(lock))
    await asyncio.sleep(0)
    release(lock)
    release(lock)
    await task
    release(lock)


asyncio.run(main())
