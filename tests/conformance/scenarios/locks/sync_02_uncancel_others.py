"""SYNC-02: a request that is withdrawn after others behind the waiter were woken."""

import asyncio


async def waiter(awaited, name):
    try:
        await awaited()
        print(name, "went on")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    for what in ("event", "semaphore", "condition"):
        print(what)
        event = asyncio.Event()
        semaphore = asyncio.Semaphore(0)
        condition = asyncio.Condition()

        async def wait():
            async with condition:
                await condition.wait()

        awaited = {"event": event.wait, "semaphore": semaphore.acquire, "condition": wait}[what]
        tasks = [asyncio.create_task(waiter(awaited, name)) for name in "abc"]
        await asyncio.sleep(0)
        tasks[0].cancel()
        async with condition:
            event.set()
            semaphore.release()
            condition.notify(1)
        print(tasks[0].uncancel())
        await asyncio.sleep(0)
        print("then")
        semaphore.release()
        async with condition:
            condition.notify(1)
        for task in tasks:
            await task
        print(int(semaphore.locked()), int(condition.locked()))


asyncio.run(main())
