"""TASK-32: a coroutine on another thread's loop: results, exceptions, timeouts, and cancelling from both ends."""

import asyncio
import concurrent.futures
import threading


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def add(a, b):
    await asyncio.sleep(0.001)
    return a + b


async def fail():
    await asyncio.sleep(0)
    raise ValueError("boom")


async def hang(name):
    started.set()
    try:
        await asyncio.sleep(3600)
    finally:
        notes.append(f"{name} is cleaned up")
        ended.set()


async def cancel_itself():
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


def submit(coro):
    return asyncio.run_coroutine_threadsafe(coro, loop)


notes = []
started, ended = threading.Event(), threading.Event()
loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever)
thread.start()

print("result", submit(add(1, 2)).result())
print("exception", err(submit(fail()).exception()))

future = submit(hang("timed out"))
started.wait()
try:
    future.result(timeout=0.001)
except TimeoutError as e:
    print("timeout", "done", b(future.done()), "running", b(future.running()))
print("cancel", b(future.cancel()), "cancelled", b(future.cancelled()))
ended.wait()
print(notes.pop())

future = submit(cancel_itself())
try:
    future.result()
except concurrent.futures.CancelledError as e:
    print("task cancelled", b(future.cancelled()))

future = submit(add(1, 2))
future.result()
print("cancel when done", b(future.cancel()), future.result())

future = submit(fail())
future.add_done_callback(lambda f: notes.append(f"callback {err(f.exception())}"))
concurrent.futures.wait([future])
submit(add(0, 0)).result()
print(notes.pop())


async def left():
    return [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]


print("left", submit(left()).result())
loop.call_soon_threadsafe(loop.stop)
thread.join()


async def never():
    print("never printed")


future = submit(never())
print("cancel before the loop runs", b(future.cancel()))
loop.run_until_complete(asyncio.sleep(0))
loop.run_until_complete(asyncio.sleep(0))
print("left", loop.run_until_complete(left()))
loop.close()
