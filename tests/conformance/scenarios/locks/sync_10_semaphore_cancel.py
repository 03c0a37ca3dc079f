"""SYNC-10: a unit handed to a cancelled waiter goes back and wakes the next; cancelled ones are passed over."""

import asyncio


def b(value):
    return "true" if value else "false"


async def worker(semaphore, name):
    try:
        await semaphore.acquire()
        print(name, "has one")
    except asyncio.CancelledError:
        print(name, "cancelled, locked", b(semaphore.locked()))


async def marker(name):
    print(name)


async def round(title, act):
    print(title)
    semaphore = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(worker(semaphore, n)) for n in "abc"]
    await asyncio.sleep(0)
    act(semaphore, tasks)
    print("locked", b(semaphore.locked()))
    mark = asyncio.create_task(marker("marker"))
    newcomer = asyncio.create_task(worker(semaphore, "newcomer"))
    for _ in range(5):
        await asyncio.sleep(0)
    print("left", sum(not t.done() for t in tasks), b(newcomer.done()))
    for task in (*tasks, newcomer):
        task.cancel()
    await asyncio.gather(*tasks, newcomer, mark)
    print("locked", b(semaphore.locked()))


def handed(semaphore, tasks):
    semaphore.release()
    tasks[0].cancel()


def passed_over(semaphore, tasks):
    tasks[0].cancel()
    semaphore.release()


def all_cancelled(semaphore, tasks):
    for task in tasks:
        task.cancel()
    semaphore.release()
    semaphore.release()


def both(semaphore, tasks):
    semaphore.release()
    semaphore.release()
    tasks[0].cancel()
    tasks[1].cancel()


async def main():
    await round("handed, cancelled", handed)
    await round("cancelled, released", passed_over)
    await round("all cancelled, released twice", all_cancelled)
    await round("two handed, both cancelled", both)


asyncio.run(main())
