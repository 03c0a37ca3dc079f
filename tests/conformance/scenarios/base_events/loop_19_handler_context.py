"""LOOP-19: the exception handler runs in the context of the failed handle or task."""

import asyncio
import contextvars
import gc


def handler(loop, context):
    message = context["message"]
    if message.startswith("Exception in callback"):
        message = "Exception in callback"
    print("handler", message, "sees", where.get())


def fail():
    raise ValueError("boom")


async def failing_task():
    where.set("the task's context")
    raise ValueError("boom")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    where.set("main")

    context = contextvars.copy_context()
    context.run(where.set, "the handle's context")
    loop.call_soon(fail, context=context)
    await asyncio.sleep(0)

    task = asyncio.create_task(failing_task())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

    loop.call_exception_handler({"message": "plain report"})


where = contextvars.ContextVar("where", default="nothing")
asyncio.run(main())
