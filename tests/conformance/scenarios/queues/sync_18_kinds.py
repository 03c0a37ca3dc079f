"""SYNC-18: priority and last-in queues keep the same rules."""

import asyncio


def b(value):
    return "true" if value else "false"


async def getter(queue, name):
    try:
        while True:
            print(name, "gets", await queue.get())
            queue.task_done()
    except asyncio.QueueShutDown:
        print(name, "QueueShutDown")


async def putter(queue, item):
    await queue.put(item)
    print("put", item)


async def rounds(name, queue):
    print(name, "maxsize", queue.maxsize)
    tasks = [asyncio.create_task(putter(queue, i)) for i in (5, 1, 4, 2, 3)]
    await asyncio.sleep(0)
    print("qsize", queue.qsize(), "full", b(queue.full()), "empty", b(queue.empty()))
    try:
        queue.put_nowait(6)
    except asyncio.QueueFull:
        print("QueueFull")
    print("main gets", queue.get_nowait(), await queue.get())
    queue.task_done()
    queue.task_done()
    getters = [asyncio.create_task(getter(queue, n)) for n in "ab"]
    await queue.join()
    await asyncio.gather(*tasks)
    queue.shutdown()
    await asyncio.gather(*getters)


async def main():
    await rounds("Queue", asyncio.Queue(3))
    await rounds("PriorityQueue", asyncio.PriorityQueue(3))
    await rounds("LifoQueue", asyncio.LifoQueue(3))
    queue = asyncio.PriorityQueue()
    for item in ((2, "b"), (1, "z"), (2, "a"), (0, "m"), (1, "y")):
        queue.put_nowait(item)
    while not queue.empty():
        print(*queue.get_nowait())
    for queue in (asyncio.PriorityQueue(), asyncio.LifoQueue()):
        for item in (3, 1, 2):
            queue.put_nowait(item)
        queue.shutdown(immediate=True)
        await queue.join()
        print("drained", queue.qsize())


asyncio.run(main())
