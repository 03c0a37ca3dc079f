"""TASK-20: the error of a task that nobody looked at is reported when the task is destroyed."""

import asyncio
import gc


def err(e):
    return f"{type(e).__name__}({e})"


def handler(loop, context):
    print("handler", context["message"], err(context["exception"]))


async def fail(name):
    raise ValueError(name)


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    task = asyncio.create_task(fail("untouched"))
    await asyncio.sleep(0)
    print("failed, not reported yet")
    del task
    gc.collect()
    print("dropped")

    task = asyncio.create_task(fail("looked at"))
    await asyncio.sleep(0)
    print("exception()", err(task.exception()))
    del task
    gc.collect()
    print("dropped")

    asyncio.create_task(fail("handle dropped at once"))
    await asyncio.sleep(0)
    gc.collect()
    print("end")


asyncio.run(main())
