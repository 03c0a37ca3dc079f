"""TASK-24: awaiting a coroutine shares the context with it, awaiting a task does not."""

import asyncio
import contextvars


async def change(value):
    var.set(value)
    await asyncio.sleep(0)


async def main():
    var.set("main")
    await change("coroutine")
    print("after the coroutine", var.get())
    await asyncio.create_task(change("task"))
    print("after the task", var.get())
    await asyncio.gather(change("gathered"))
    print("after gather", var.get())


var = contextvars.ContextVar("var", default="nothing")
asyncio.run(main())
