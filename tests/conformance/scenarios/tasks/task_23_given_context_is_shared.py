"""TASK-23: a context that is given to a task is shared with its owner, not copied."""

import asyncio
import contextvars


def b(value):
    return "true" if value else "false"


async def body(name):
    print(name, "sees", var.get())
    var.set(name)


async def main():
    var.set("main")
    context = contextvars.copy_context()
    context.run(var.set, "owner")
    first = asyncio.create_task(body("first"), context=context)
    await first
    print("the context holds", context[var])
    await asyncio.create_task(body("second"), context=context)
    print("the context holds", context[var])
    print("main sees", var.get())
    print("get_context is the given one", b(first.get_context() is context))


var = contextvars.ContextVar("var", default="nothing")
asyncio.run(main())
