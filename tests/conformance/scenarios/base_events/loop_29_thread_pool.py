"""LOOP-29: a pool of one's own, with the loop and without."""

import asyncio
import concurrent.futures
import threading
from concurrent.futures import ThreadPoolExecutor


def err(e):
    return f"{type(e).__name__}({e})"


def b(value):
    return "true" if value else "false"


def tell(name, future):
    print(name, "done", b(future.done()), "cancelled", b(future.cancelled()), "running", b(future.running()))


def fail():
    raise ValueError("boom")


async def with_loop(pool):
    loop = asyncio.get_running_loop()
    print("thread", await loop.run_in_executor(pool, lambda: threading.current_thread().name))
    print("wrapped", await asyncio.wrap_future(pool.submit(lambda: 5)))
    loop.set_default_executor(pool)
    print("thread", await asyncio.to_thread(lambda: threading.current_thread().name))


with ThreadPoolExecutor(max_workers=1, thread_name_prefix="mine") as pool:
    print(pool.submit(lambda: 1).result())
    print(err(pool.submit(fail).exception()))

    begun, release = threading.Event(), threading.Event()
    first = pool.submit(lambda: (begun.set(), release.wait(), "first")[2])
    second = pool.submit(lambda: "second")
    third = pool.submit(lambda: "third")
    begun.wait()
    tell("first", first)
    print("cancel", b(first.cancel()), b(second.cancel()), b(second.cancel()))
    tell("second", second)
    try:
        third.result(timeout=0)
    except TimeoutError as e:
        print(type(e).__name__)
    called = []
    third.add_done_callback(lambda f: called.append(f"callback {f.result()}"))
    second.add_done_callback(lambda f: tell("callback of second", f))
    release.set()
    print(first.result(), third.result())
    pool.submit(int).result()
    print(*called)
    try:
        second.result()
    except concurrent.futures.CancelledError as e:
        print(type(e).__name__)
    try:
        first.set_result(None)
    except concurrent.futures.InvalidStateError as e:
        print(type(e).__name__)

    print(list(pool.map(lambda n: n * n, range(5))))
    print(list(pool.map(lambda n: n * n, range(5), buffersize=2)))
    results = pool.map(lambda n: 6 // n, [3, 2, 0, 1])
    try:
        for result in results:
            print("map", result)
    except ZeroDivisionError as e:
        print(type(e).__name__)
    print("rest", list(results))

    done, not_done = concurrent.futures.wait([pool.submit(fail), pool.submit(int)])
    print("wait", len(done), len(not_done))
    futures = [pool.submit(int), pool.submit(int)]
    print("as completed", len(list(concurrent.futures.as_completed([*futures, futures[0]]))))

    asyncio.run(with_loop(pool))
    try:
        pool.submit(fail)
    except RuntimeError as e:
        print(err(e))

try:
    ThreadPoolExecutor(max_workers=0)
except ValueError as e:
    print(err(e))

begun, release = threading.Event(), threading.Event()
pool = ThreadPoolExecutor(max_workers=1)
first = pool.submit(lambda: (begun.set(), release.wait())[1])
queued = [pool.submit(lambda: None), pool.submit(lambda: None)]
begun.wait()
pool.shutdown(wait=False, cancel_futures=True)
for future in queued:
    tell("queued", future)
tell("first", first)
release.set()
pool.shutdown()
tell("first", first)


def initializer():
    begun.wait()
    raise ValueError("bad start")


import logging
logging.getLogger("concurrent.futures").disabled = True
begun.clear()
pool = ThreadPoolExecutor(max_workers=1, initializer=initializer)
queued = [pool.submit(lambda: None), pool.submit(lambda: None)]
begun.set()
for future in queued:
    print(err(future.exception()))
try:
    pool.submit(lambda: None)
except RuntimeError as e:
    print(err(e))
pool.shutdown()
