"""LOOP-29: functions that run in processes of their own, and what becomes of a pool whose process dies."""

import asyncio
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool


def err(e):
    return f"{type(e).__name__}({e})"


def b(value):
    return "true" if value else "false"


def add(a, b):
    return a + b


def fail(text):
    raise ValueError(text)


def square(n):
    return n * n


def pid():
    return os.getpid()


def die():
    os.kill(os.getpid(), signal.SIGKILL)


multiprocessing.set_executable(os.environ.get("PYTHON", sys.executable))


def new_pool(workers, **kwargs):
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), **kwargs)


async def with_loop(pool):
    loop = asyncio.get_running_loop()
    print("sum", await loop.run_in_executor(pool, add, 1, 2))
    print(await asyncio.gather(*(loop.run_in_executor(pool, square, n) for n in range(5))))
    try:
        await loop.run_in_executor(pool, fail, "boom")
    except ValueError as e:
        print(err(e))
    print("wrapped", await asyncio.wrap_future(pool.submit(add, "a", "b")))


def main():
    with new_pool(1) as pool:
        asyncio.run(with_loop(pool))
        print(list(pool.map(square, range(7))))
        print(list(pool.map(square, range(7), chunksize=3)))
        print("another process", b(pool.submit(pid).result() != os.getpid()))
        print("the same one", b(pool.submit(pid).result() == pool.submit(pid).result()))
    try:
        pool.submit(add, 1, 2)
    except RuntimeError as e:
        print(err(e))

    with new_pool(1, max_tasks_per_child=2) as pool:
        pids = [pool.submit(pid).result() for _ in range(4)]
        print("replaced", b(pids[0] == pids[1]), b(pids[1] == pids[2]), b(pids[2] == pids[3]))

    with new_pool(1) as pool:
        futures = [pool.submit(die), pool.submit(add, 1, 2), pool.submit(add, 3, 4)]
        wait(futures)
        for future in futures:
            print(err(future.exception()))
        try:
            pool.submit(add, 1, 2)
        except BrokenProcessPool as e:
            print(err(e))

    for arguments in {"max_workers": 0}, {"max_workers": 1, "max_tasks_per_child": 0}:
        try:
            ProcessPoolExecutor(**arguments)
        except ValueError as e:
            print(err(e))


if __name__ == "__main__":
    main()
