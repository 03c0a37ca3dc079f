"""SYNC-15: whoever comes before a woken getter runs takes the item; the getter goes to the end of the line."""

import asyncio


async def getter(queue, name):
    print(name, "gets", await queue.get())


async def putter(queue, item):
    await queue.put(item)
    print("put", item)


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, n)) for n in "abc"]
    await asyncio.sleep(0)
    await queue.put(1)
    print("main takes", await queue.get())
    await asyncio.sleep(0)
    for item in (2, 3, 4):
        await queue.put(item)
    await asyncio.gather(*tasks)

    queue = asyncio.Queue(1)
    await queue.put(0)
    tasks = [asyncio.create_task(putter(queue, n)) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    print("main takes", await queue.get())
    await queue.put(4)
    await asyncio.sleep(0)
    for _ in range(4):
        print("main takes", await queue.get())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)


asyncio.run(main())
