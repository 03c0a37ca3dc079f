"""SYNC-15: getters and putters are served in order; a queue is full at maxsize, and never with 0."""

import asyncio


def b(value):
    return "true" if value else "false"


async def getter(queue, name):
    print(name, "gets", await queue.get())


async def putter(queue, item):
    await queue.put(item)
    print("put", item)


async def main():
    queue = asyncio.Queue(2)
    print("maxsize", queue.maxsize, "empty", b(queue.empty()), "full", b(queue.full()))
    getters = [asyncio.create_task(getter(queue, n)) for n in "abc"]
    await asyncio.sleep(0)
    putters = [asyncio.create_task(putter(queue, i)) for i in range(7)]
    await asyncio.gather(*getters)
    print("qsize", queue.qsize(), "full", b(queue.full()))
    for _ in range(4):
        await asyncio.sleep(0)
        print("main gets", await queue.get(), "qsize", queue.qsize())
    await asyncio.gather(*putters)
    print("empty", b(queue.empty()))
    try:
        queue.get_nowait()
    except asyncio.QueueEmpty:
        print("QueueEmpty")
    queue.put_nowait(8)
    queue.put_nowait(9)
    try:
        queue.put_nowait(10)
    except asyncio.QueueFull:
        print("QueueFull")
    endless = asyncio.Queue()
    for n in range(1000):
        await endless.put(n)
    print("endless", endless.maxsize, endless.qsize(), "full", b(endless.full()))


asyncio.run(main())
