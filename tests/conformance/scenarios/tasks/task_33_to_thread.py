"""TASK-33: to_thread calls in the default executor, in a copy of the caller's context."""

import asyncio
import contextvars
import threading


def err(e):
    return f"{type(e).__name__}({e})"


def job():
    seen = who.get()
    who.set("job")
    return seen, who.get(), threading.current_thread().name


def fail():
    raise ValueError("boom")


async def main():
    who.set("main")
    print("job sees", *await asyncio.to_thread(job))
    print("main sees", who.get())
    loop = asyncio.get_running_loop()
    print("run_in_executor sees", await loop.run_in_executor(None, lambda: who.get("nothing")))

    coro = asyncio.to_thread(job)
    who.set("changed before it starts")
    print("job sees", (await coro)[0])
    task = asyncio.create_task(asyncio.to_thread(job))
    who.set("changed after the task")
    print("job sees", (await task)[0])
    try:
        await asyncio.to_thread(fail)
    except ValueError as e:
        print(err(e))


who = contextvars.ContextVar("who")
asyncio.run(main())
try:
    asyncio.to_thread(job).send(None)
except RuntimeError as e:
    print(err(e))
