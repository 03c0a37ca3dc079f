"""TASK-25: current_task() is the task whose step runs, and nothing in a plain callback."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def callback(where):
    print(where, "none" if asyncio.current_task() is None else "a task")


async def body():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    print("body is itself", b(asyncio.current_task() is tasks["body"]))
    loop.call_soon(callback, "in a callback")
    await asyncio.sleep(0)
    print("body is itself", b(asyncio.current_task() is tasks["body"]))
    loop.call_later(0, callback, "in a timer")
    loop.call_later(0, future.set_result, None)
    future.add_done_callback(lambda f: callback("in a done callback"))
    await future


async def main():
    tasks["body"] = asyncio.create_task(body())
    print("main is another", b(asyncio.current_task() is not tasks["body"]))
    await tasks["body"]


tasks = {}
asyncio.run(main())
try:
    asyncio.current_task()
except RuntimeError as e:
    print("without a loop", err(e))
