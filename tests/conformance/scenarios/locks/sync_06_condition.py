"""SYNC-06: a condition's wait frees the lock, waits, and has the lock again when it returns."""

import asyncio


def b(value):
    return "true" if value else "false"


async def consumer(condition, items, name):
    async with condition:
        print(name, "waits")
        await condition.wait_for(lambda: items)
        print(name, "gets", items.pop(0), "locked", b(condition.locked()))


async def main():
    condition = asyncio.Condition()
    items = []
    for call in (lambda: condition.notify(1), condition.notify_all):
        try:
            call()
        except RuntimeError as e:
            print("RuntimeError", e)
    try:
        await condition.wait()
    except RuntimeError as e:
        print("RuntimeError", e)
    try:
        condition.release()
    except RuntimeError as e:
        print("RuntimeError", e)
    tasks = [asyncio.create_task(consumer(condition, items, n)) for n in "abc"]
    await asyncio.sleep(0)
    print("locked", b(condition.locked()))
    async with condition:
        condition.notify(2)
        items.append(1)
        print("notified 2")
        await asyncio.sleep(0)
        print("main still has the lock")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("done", *[b(t.done()) for t in tasks])
    await condition.acquire()
    items.extend([2, 3])
    condition.notify_all()
    condition.release()
    await asyncio.gather(*tasks)


asyncio.run(main())
