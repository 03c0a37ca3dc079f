"""SYNC-15: a getter or putter that is cancelled after it was woken passes its wake on, and loses nothing."""

import asyncio


async def getter(queue, name):
    try:
        print(name, "gets", await queue.get())
    except asyncio.CancelledError:
        print(name, "cancelled, qsize", queue.qsize())


async def putter(queue, item):
    try:
        await queue.put(item)
        print("put", item)
    except asyncio.CancelledError:
        print("not put", item, "qsize", queue.qsize())


async def marker(name):
    print(name)


async def getters(title, act):
    print(title)
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(queue, n)) for n in "abc"]
    await asyncio.sleep(0)
    act(queue, tasks)
    mark = asyncio.create_task(marker("marker"))
    for _ in range(4):
        await asyncio.sleep(0)
    print("qsize", queue.qsize())
    for task in tasks:
        task.cancel()
    await asyncio.gather(mark, *tasks)


async def putters(title, act):
    print(title)
    queue = asyncio.Queue(1)
    queue.put_nowait(0)
    tasks = [asyncio.create_task(putter(queue, n)) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    act(queue, tasks)
    mark = asyncio.create_task(marker("marker"))
    for _ in range(4):
        await asyncio.sleep(0)
    print("qsize", queue.qsize())
    for task in tasks:
        task.cancel()
    await asyncio.gather(mark, *tasks)


def put_cancel(queue, tasks):
    queue.put_nowait(1)
    tasks[0].cancel()


def cancel_put(queue, tasks):
    tasks[0].cancel()
    queue.put_nowait(1)


def put_take_cancel(queue, tasks):
    queue.put_nowait(1)
    tasks[0].cancel()
    print("main takes", queue.get_nowait())


def get_cancel(queue, tasks):
    print("main takes", queue.get_nowait())
    tasks[0].cancel()


def cancel_get(queue, tasks):
    tasks[0].cancel()
    print("main takes", queue.get_nowait())


def get_put_cancel(queue, tasks):
    print("main takes", queue.get_nowait())
    queue.put_nowait(4)
    tasks[0].cancel()


async def main():
    await getters("put, cancel", put_cancel)
    await getters("cancel, put", cancel_put)
    await getters("put, cancel, taken by another", put_take_cancel)
    await putters("get, cancel", get_cancel)
    await putters("cancel, get", cancel_get)
    await putters("get, room taken by another, cancel", get_put_cancel)


asyncio.run(main())
