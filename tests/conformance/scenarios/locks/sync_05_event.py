"""SYNC-05: set wakes every waiter, even if clear follows at once."""

import asyncio


def b(value):
    return "true" if value else "false"


async def waiter(event, name):
    try:
        await event.wait()
        print(name, "goes on, set", b(event.is_set()))
    except asyncio.CancelledError:
        print(name, "cancelled, set", b(event.is_set()))


async def main():
    event = asyncio.Event()
    print("set", b(event.is_set()))
    tasks = [asyncio.create_task(waiter(event, name)) for name in "abcd"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    event.set()
    tasks[2].cancel()
    event.clear()
    late = asyncio.create_task(waiter(event, "late"))
    await asyncio.gather(*tasks)
    print("late done", b(late.done()))
    event.set()
    event.set()
    await event.wait()
    print("does not wait")
    await late


asyncio.run(main())
