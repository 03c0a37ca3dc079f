"""SYNC-10: random programs of tasks that share a primitive, cancel each other, and release what is not theirs."""

import asyncio
import os


def b(value):
    return "true" if value else "false"


class Random:
    def __init__(self, seed):
        self.state = seed * 7919 + 17

    def below(self, n):
        self.state = (self.state * 1103515245 + 12345) % (1 << 31)
        return (self.state >> 12) % n


async def holder(shared, n, passes):
    try:
        await shared.acquire()
    except asyncio.CancelledError:
        print(n, "cancelled", b(shared.locked()))
        return
    print(n, "has it", b(shared.locked()))
    try:
        for _ in range(passes):
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        print(n, "cancelled inside")
    release(shared, n)


def release(shared, n):
    try:
        shared.release()
        print(n, "releases", b(shared.locked()))
    except (RuntimeError, ValueError) as e:
        print(n, e)


async def waiter(condition, n):
    try:
        await condition.acquire()
    except asyncio.CancelledError:
        print(n, "cancelled before")
        return
    try:
        await condition.wait()
        print(n, "notified", b(condition.locked()))
    except asyncio.CancelledError:
        print(n, "cancelled", b(condition.locked()))
    except RuntimeError as e:
        print(n, e)
    release(condition, n)


async def visitor(barrier, n):
    try:
        print(n, "passes as", await barrier.wait(), barrier.n_waiting)
    except asyncio.CancelledError:
        print(n, "cancelled", barrier.n_waiting)
    except asyncio.BrokenBarrierError as e:
        print(n, e, b(barrier.broken))


async def change(barrier, n, reset):
    try:
        if reset:
            await barrier.reset()
        else:
            await barrier.abort()
        print(n, "changed it", barrier.n_waiting, b(barrier.broken))
    except asyncio.CancelledError:
        print(n, "cancelled")


async def getter(queue, n):
    try:
        print(n, "gets", await queue.get(), queue.qsize())
    except asyncio.CancelledError:
        print(n, "cancelled", queue.qsize())
    except asyncio.QueueShutDown:
        print(n, "shut down")


async def putter(queue, n):
    try:
        await queue.put(n)
        print(n, "put", queue.qsize())
    except asyncio.CancelledError:
        print(n, "not put", queue.qsize())
    except asyncio.QueueShutDown:
        print(n, "shut down")


async def marker(n):
    print(n, "marker")


def start(kind, shared, n, random):
    passes = random.below(3)
    if kind < 3:
        return holder(shared, n, passes)
    if kind == 3:
        return holder(shared, n, passes) if passes == 0 else waiter(shared, n)
    if kind == 4:
        return visitor(shared, n)
    return getter(shared, n) if passes == 0 else putter(shared, n)


def act(kind, shared, n, random):
    choice = random.below(4)
    if kind < 3 or kind == 3 and choice < 1:
        release(shared, n)
    elif kind == 3:
        try:
            shared.notify(choice)
            print(n, "notifies", choice)
        except RuntimeError as e:
            print(n, e)
    elif kind == 4:
        return change(shared, n, choice > 0)
    elif choice == 0 and n > 12:
        print(n, "shuts down")
        shared.shutdown(immediate=n % 2 == 0)
    elif choice < 2:
        try:
            shared.put_nowait(n)
            print(n, "put at once")
        except (asyncio.QueueFull, asyncio.QueueShutDown) as e:
            print(n, type(e).__name__)
    else:
        try:
            print(n, "gets at once", shared.get_nowait())
        except (asyncio.QueueEmpty, asyncio.QueueShutDown) as e:
            print(n, type(e).__name__)
    return None


async def program(seed):
    kind = seed % 6
    random = Random(seed)
    print("program", seed)
    shared = (
        lambda: asyncio.Lock(),
        lambda: asyncio.Semaphore(seed % 3),
        lambda: asyncio.BoundedSemaphore(1 + seed % 2),
        lambda: asyncio.Condition(),
        lambda: asyncio.Barrier(2 + seed % 2),
        lambda: asyncio.Queue(seed // 6 % 3),
    )[kind]()
    tasks = []
    for n in range(28):
        choice = random.below(12)
        coro = None
        if choice < 5:
            coro = start(kind, shared, n, random)
        elif choice < 7 and tasks:
            which = random.below(len(tasks))
            print(n, "cancels", b(tasks[which].cancel()))
        elif choice == 7 and tasks:
            which = random.below(len(tasks))
            print(n, "uncancels", tasks[which].uncancel())
        elif choice == 8:
            coro = marker(n)
        elif choice == 9:
            coro = act(kind, shared, n, random)
        else:
            await asyncio.sleep(0)
        if coro:
            tasks.append(asyncio.create_task(coro))
    for _ in range(3):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            print("never started")
    if kind < 4:
        print("locked", b(shared.locked()))


async def main():
    first, count = (int(n) for n in os.environ.get("PROGRAMS", "0 90").split())
    for seed in range(first, first + count):
        await program(seed)


asyncio.run(main())
