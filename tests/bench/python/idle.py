"""Prints how many bytes a task takes that waits, as the interpreter and as the system count them.

    python idle.py LOOP TASKS
"""

import asyncio
import os
import sys
import tracemalloc

import loops


def resident():
    with open("/proc/self/smaps_rollup") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:"))


def traced():
    return tracemalloc.get_traced_memory()[0]


async def bytes_per_task(count, bytes_now):
    async def wait():
        state = bytes(32)
        await future
        return state

    future = asyncio.get_running_loop().create_future()
    tasks = [None] * count
    before = bytes_now()
    for index in range(count):
        tasks[index] = asyncio.create_task(wait())
    await asyncio.sleep(0)
    after = bytes_now()
    future.set_result(None)
    for task in tasks:
        await task
    return (after - before) / count


def in_child(count, bytes_now):
    """In a process of its own, as one measurement leaves its traces in the next."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    with loops.runner(sys.argv[1]) as runner:
        if bytes_now is traced:
            tracemalloc.start()
        print(runner.run(bytes_per_task(count, bytes_now)), flush=True)
    os._exit(0)


in_child(int(sys.argv[2]), traced)
in_child(int(sys.argv[2]), resident)
