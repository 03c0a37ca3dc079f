"""LOOP-13: run_until_complete() takes futures, tasks and coroutines, and raises their errors."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


def handler(loop, context):
    print("handler", context["message"])


async def give(value):
    await asyncio.sleep(0)
    return value


async def fail():
    await asyncio.sleep(0)
    raise ValueError("from the coroutine")


loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
future = loop.create_future()
future.set_result("future")
print(loop.run_until_complete(future))
print(loop.run_until_complete(loop.create_task(give("task"))))
print(loop.run_until_complete(give("coroutine")))
try:
    loop.run_until_complete(fail())
except ValueError as e:
    print("caught", err(e))
print("nothing was reported")
loop.close()
