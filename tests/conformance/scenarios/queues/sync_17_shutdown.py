"""SYNC-17: shutdown stops putters at once, and getters when the queue is empty."""

import asyncio


async def getter(queue, name):
    try:
        print(name, "gets", await queue.get())
    except asyncio.QueueShutDown:
        print(name, "QueueShutDown")


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.QueueShutDown:
        print("QueueShutDown for", item)


def nowait(call, *args):
    try:
        print("nowait", call(*args))
    except asyncio.QueueShutDown:
        print("nowait QueueShutDown")


async def main():
    print("with items")
    queue = asyncio.Queue(2)
    tasks = [asyncio.create_task(putter(queue, i)) for i in range(4)]
    await asyncio.sleep(0)
    queue.shutdown()
    tasks.append(asyncio.create_task(putter(queue, 5)))
    await asyncio.gather(*tasks)
    nowait(queue.put_nowait, 6)
    await getter(queue, "a")
    nowait(queue.get_nowait)
    nowait(queue.get_nowait)
    await getter(queue, "b")
    queue.shutdown()
    queue.task_done()
    joiner = asyncio.create_task(queue.join())
    await asyncio.sleep(0)
    queue.task_done()
    await joiner
    print("joined")

    print("with getters")
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, n)) for n in "abc"]
    await asyncio.sleep(0)
    queue.put_nowait(1)
    queue.shutdown()
    await asyncio.gather(*tasks)
    print("qsize", queue.qsize())


asyncio.run(main())
