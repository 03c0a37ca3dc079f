"""TASK-23: a task runs in a copy of its creator's context, taken when it was created."""

import asyncio
import contextvars


async def body(name):
    print(name, "sees", var.get())
    var.set(name)
    await asyncio.sleep(0)
    print(name, "still sees", var.get())


async def main():
    var.set("main, early")
    first = asyncio.create_task(body("first"))
    second = asyncio.create_task(body("second"))
    var.set("main, late")
    await first
    await second
    print("main sees", var.get())
    print("the first one's context holds", first.get_context()[var])


var = contextvars.ContextVar("var", default="nothing")
asyncio.run(main())
