"""LOOP-30: a future whose job runs is cancelled at once; the job goes on, and its result is dropped."""

import asyncio
import threading


def b(value):
    return "true" if value else "false"


def job():
    begun.set()
    release.wait()
    ended.append("job ended")
    return "dropped"


async def main():
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, job)
    begun.wait()
    print("cancel", b(future.cancel()), b(future.cancelled()))
    try:
        await future
    except asyncio.CancelledError:
        print("the await is cancelled")
    print("still running", len(ended))
    release.set()
    await loop.run_in_executor(None, lambda: None)

    release.clear()
    begun.clear()
    task = asyncio.create_task(asyncio.to_thread(job))
    await asyncio.sleep(0)
    begun.wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("the task is cancelled", b(task.cancelled()))
    try:
        await asyncio.wait_for(asyncio.to_thread(release.wait), 0.001)
    except TimeoutError:
        print("timeout")
    release.set()


begun, release = threading.Event(), threading.Event()
ended = []
asyncio.run(main())
print(ended)
