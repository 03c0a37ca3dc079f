"""SYNC-17: an immediate shutdown drains the queue; join ends only when nothing is unfinished."""

import asyncio


def b(value):
    return "true" if value else "false"


async def joiner(queue, name):
    await queue.join()
    print(name, "joined")


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.QueueShutDown:
        print("QueueShutDown for", item)


async def main():
    queue = asyncio.Queue(3)
    for item in range(3):
        queue.put_nowait(item)
    print("main gets", await queue.get())
    await queue.put(3)
    tasks = [asyncio.create_task(putter(queue, i)) for i in (4, 5)]
    join = asyncio.create_task(joiner(queue, "first"))
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    print("qsize", queue.qsize())
    await asyncio.gather(*tasks)
    await asyncio.sleep(0)
    print("joined", b(join.done()))
    queue.task_done()
    await join
    try:
        await queue.get()
    except asyncio.QueueShutDown:
        print("QueueShutDown")
    try:
        queue.task_done()
    except ValueError as e:
        print("ValueError", e)

    print("all drained")
    queue = asyncio.Queue()
    queue.put_nowait(1)
    join = asyncio.create_task(joiner(queue, "second"))
    await asyncio.sleep(0)
    queue.shutdown(immediate=True)
    await join

    print("first in peace, then immediate")
    queue = asyncio.Queue()
    queue.put_nowait(1)
    queue.shutdown()
    print("qsize", queue.qsize())
    queue.shutdown(immediate=True)
    print("qsize", queue.qsize())
    await queue.join()


asyncio.run(main())
