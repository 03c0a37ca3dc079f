"""SYNC-17: a shutdown finds tasks that were woken and have not run: a putter, a cancelled getter, one who joins."""

import asyncio


def b(value):
    return "true" if value else "false"


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.QueueShutDown:
        print("QueueShutDown for", item)


async def getter(queue, name):
    try:
        print(name, "got", await queue.get())
    except asyncio.QueueShutDown:
        print(name, "QueueShutDown")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def joiner(queue):
    await queue.join()
    print("joined")


async def passes():
    for _ in range(3):
        await asyncio.sleep(0)


async def main():
    print("a putter that has got room")
    queue = asyncio.Queue(1)
    queue.put_nowait(1)
    tasks = [asyncio.create_task(putter(queue, n)) for n in (2, 3)]
    await asyncio.sleep(0)
    print("get", queue.get_nowait())
    queue.shutdown()
    await passes()
    print("qsize", queue.qsize(), "done", b(tasks[1].done()))

    print("a getter that has got an item and is cancelled")
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, n)) for n in "ab"]
    await asyncio.sleep(0)
    queue.put_nowait(1)
    tasks[0].cancel()
    queue.shutdown()
    await passes()
    print("qsize", queue.qsize())

    print("an item is in hand")
    queue = asyncio.Queue(1)
    queue.put_nowait(0)
    print("get", await queue.get())
    queue.put_nowait(1)
    join = asyncio.create_task(joiner(queue))
    tasks = [asyncio.create_task(putter(queue, n)) for n in (2, 3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    queue.shutdown(immediate=True)
    queue.shutdown()
    queue.shutdown(immediate=True)
    await passes()
    print("joined", b(join.done()), "cancelled", b(tasks[0].cancelled()))
    queue.task_done()
    await passes()
    print("joined", b(join.done()))


asyncio.run(main())
