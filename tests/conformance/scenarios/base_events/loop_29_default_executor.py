"""LOOP-29: jobs without an executor share a pool that is made for them, until it is shut down."""

import asyncio
import threading


def err(e):
    return f"{type(e).__name__}({e})"


def job(number):
    if number == 3:
        raise ValueError("boom")
    return number * 10


async def main():
    loop = asyncio.get_running_loop()
    print("thread", await loop.run_in_executor(None, lambda: threading.current_thread().name))
    results = await asyncio.gather(*(loop.run_in_executor(None, job, n) for n in range(6)), return_exceptions=True)
    for result in results:
        print(err(result) if isinstance(result, Exception) else result)

    future = loop.run_in_executor(None, job, 7)
    print("a future", asyncio.isfuture(future), "a task", isinstance(future, asyncio.Task))
    print(await future)

    await loop.shutdown_default_executor()
    try:
        await loop.run_in_executor(None, job, 1)
    except RuntimeError as e:
        print(err(e))
    try:
        await asyncio.to_thread(job, 1)
    except RuntimeError as e:
        print(err(e))
    await loop.shutdown_default_executor()
    print("shut down twice")


asyncio.run(main())

loop = asyncio.new_event_loop()
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
try:
    loop.run_in_executor(None, job, 1)
except RuntimeError as e:
    print(err(e))
