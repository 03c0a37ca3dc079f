"""The workloads without servers, as in src/workloads.

    python tasks.py LOOP LOAD_CORE

does for each line "workload number number" of standard input what the function of that name says, on a new loop, and prints
how many operations did what they are for and how many nanoseconds they took: processor time of this thread, or time on
the wall where several threads take part.
"""

import asyncio
import os
import sys
import threading
import time

import loops


async def spawn_join(tasks, times):
    async def one():
        return 1

    done = 0
    for _ in range(times):
        done += await total([asyncio.create_task(one()) for _ in range(tasks)])
    return done


async def spawn_await(tasks):
    async def one():
        return 1

    done = 0
    for _ in range(tasks):
        done += await asyncio.create_task(one())
    return done


async def yield_now(tasks, each):
    turns_taken = 0

    async def turns():
        nonlocal turns_taken
        done = 0
        for _ in range(each):
            turns_taken += 1
            before = turns_taken
            await asyncio.sleep(0)
            done += turns_taken != before or tasks == 1
        # The last turn of all has none after it.
        turns_taken += 1
        return done

    return await total([asyncio.create_task(turns()) for _ in range(tasks)])


async def futures(tasks, each):
    event_loop = asyncio.get_running_loop()
    promises = []

    async def wait():
        done = 0
        for _ in range(each):
            future = event_loop.create_future()
            promises.append(future)
            done += await future
        return done

    async def complete():
        completed = 0
        while completed < tasks * each:
            taken = promises.copy()
            promises.clear()
            for future in taken:
                future.set_result(1)
                completed += 1
            await asyncio.sleep(0)

    waiters = [asyncio.create_task(wait()) for _ in range(tasks)]
    await asyncio.create_task(complete())
    return await total(waiters)


async def call_soon(chains, each):
    event_loop = asyncio.get_running_loop()
    finished = event_loop.create_future()
    called = 0

    def call(left):
        nonlocal called
        called += 1
        if left > 1:
            event_loop.call_soon(call, left - 1)
        elif called == chains * each:
            finished.set_result(called)

    for _ in range(chains):
        event_loop.call_soon(call, each)
    called_at_once = called
    return await finished - called_at_once


async def timers(timers, times):
    async def sleeper(micros):
        await asyncio.sleep(micros / 1e6)
        return 1

    async def watched_sleeper(micros):
        start = time.perf_counter()
        done = await sleeper(micros)
        return done if time.perf_counter() - start > micros / 1e6 - EARLY else 0

    def of(micros):
        return sleeper(micros) if (timers - 1 - micros) % 100 else watched_sleeper(micros)

    done = 0
    for _ in range(times):
        # As in src/workloads/timers.rs.
        delays = (index * 7_919 % timers for index in range(timers))
        done += await total([asyncio.create_task(of(delay)) for delay in delays])
    return done


async def timeout(times):
    async def one_turn():
        await asyncio.sleep(0)
        return 1

    done = 0
    for _ in range(times):
        async with asyncio.timeout(10):
            done += await one_turn()
    return done


async def lock_free(times):
    lock = asyncio.Lock()
    done = 0
    for _ in range(times):
        async with lock:
            done += 1
    return done


async def lock(tasks, each):
    lock = asyncio.Lock()
    wanting = 0
    is_inside = False

    async def hold():
        nonlocal wanting, is_inside
        wanting += 1
        alone = 0
        for _ in range(each):
            async with lock:
                was_inside, is_inside = is_inside, True
                await asyncio.sleep(0)
                is_inside = False
                alone += wanting == tasks and not was_inside
        return alone

    return await total([asyncio.create_task(hold()) for _ in range(tasks)])


async def queue(pairs, each):
    queue = asyncio.Queue(64)

    async def consume():
        items = 0
        for _ in range(each):
            items += await queue.get()
        return items

    async def produce():
        for item in range(each):
            await queue.put(item)
        return 0

    consumers = [asyncio.create_task(consume()) for _ in range(pairs)]
    producers = [asyncio.create_task(produce()) for _ in range(pairs)]
    items = await total(producers) + await total(consumers)
    return pairs * each if items == pairs * sum(range(each)) else 0


async def remote_burst(jobs):
    return await remote(jobs, lambda post: [post() for _ in range(jobs)])


async def remote_round_trip(jobs):
    ran = threading.Semaphore(0)

    def give(post):
        for _ in range(jobs):
            post()
            ran.acquire()

    return await remote(jobs, give, ran.release)


async def remote(jobs, give, and_then=lambda: None):
    """Has another thread `give` the loop so many jobs, each of which ends with `and_then`."""
    event_loop = asyncio.get_running_loop()
    finished = event_loop.create_future()
    done = 0

    elsewhere = 0
    here = threading.get_ident()

    def job():
        nonlocal done, elsewhere
        done += 1
        elsewhere += threading.get_ident() != here
        if done == jobs:
            finished.set_result(done)
        and_then()

    def giver():
        os.sched_setaffinity(0, {LOAD_CORE})
        give(lambda: event_loop.call_soon_threadsafe(job))

    thread = threading.Thread(target=giver)
    thread.start()
    await finished
    thread.join()
    return done - elsewhere


async def total(tasks):
    done = 0
    for task in tasks:
        done += await task
    return done


async def timed(work, clock):
    start = clock()
    done = await work
    elapsed = clock() - start
    await check()
    return done, elapsed


async def check():
    """What would cost too much to be seen in each operation, as in src/workloads/checks.rs."""
    lock = asyncio.Lock()
    queue = asyncio.Queue(1)
    await queue.put(0)
    async with lock:
        for attempt in asyncio.sleep(0.5), lock.acquire(), queue.put(1):
            try:
                async with asyncio.timeout(0.002):
                    await attempt
            except TimeoutError:
                continue
            raise RuntimeError(f"{attempt} came to an end")


# uvloop rounds to milliseconds and begins with one that has begun: together it may be that much early.
EARLY = 0.002 if sys.argv[1] == "uvloop" else 1e-6
LOOP = sys.argv[1]
LOAD_CORE = int(sys.argv[2])

for line in sys.stdin:
    name, *numbers = line.split()
    work = globals()[name](*map(int, numbers))
    clock = time.perf_counter_ns if name.startswith("remote") else time.thread_time_ns
    with loops.runner(LOOP) as runner:
        print(*runner.run(timed(work, clock)), flush=True)
