"""SYNC-04: what is free is taken without suspending, even by a task with a request to cancel."""

import asyncio


async def other():
    print("other runs")


async def body():
    asyncio.current_task().cancel()
    lock = asyncio.Lock()
    async with lock:
        print("lock")
    semaphore = asyncio.Semaphore(1)
    async with semaphore:
        print("semaphore")
    event = asyncio.Event()
    event.set()
    await event.wait()
    print("event")
    condition = asyncio.Condition()
    async with condition:
        await condition.wait_for(lambda: True)
        print("condition")
    barrier = asyncio.Barrier(1)
    print("barrier", await barrier.wait())
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        print("cancelled")


async def main():
    task = asyncio.create_task(body())
    await asyncio.gather(task, other())


asyncio.run(main())
