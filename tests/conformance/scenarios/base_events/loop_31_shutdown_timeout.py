"""LOOP-31: a shutdown of the default executor waits for its jobs, or warns and goes on."""

import asyncio
import threading
import warnings


def b(value):
    return "true" if value else "false"


def show_warning(message, category, *args, **kwargs):
    print(f"{category.__name__}: {message}")


async def waits():
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, release.wait)
    loop.call_soon(release.set)
    await loop.shutdown_default_executor()
    print("job done", b(await future))


async def gives_up():
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, release.wait)
    await loop.shutdown_default_executor(0.001)
    print("job done", b(future.done()))
    release.set()
    await future
    print("job done", b(future.done()))


async def cancelled():
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(None, release.wait)
    task = asyncio.create_task(loop.shutdown_default_executor(10))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("shutdown cancelled")
    try:
        await asyncio.to_thread(print, "never printed")
    except RuntimeError as e:
        print(e)
    release.set()
    await future


warnings.showwarning = show_warning
release = threading.Event()
asyncio.run(waits())
release.clear()
asyncio.run(gives_up())
release.clear()
asyncio.run(cancelled())
