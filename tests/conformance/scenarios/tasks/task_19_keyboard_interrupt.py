"""TASK-19: KeyboardInterrupt in a task is kept by the task and leaves run_forever at once."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def interrupted():
    print("interrupted")
    raise KeyboardInterrupt("stop")


async def waits(task):
    print("waits")
    try:
        await task
    except KeyboardInterrupt as e:
        print("the awaiter gets", err(e))


loop = asyncio.new_event_loop()
task = loop.create_task(interrupted())
waiter = loop.create_task(waits(task))
loop.call_soon(print, "behind")
try:
    loop.run_until_complete(waiter)
except KeyboardInterrupt as e:
    print("run raises", err(e))
print("done", b(task.done()), "exception", err(task.exception()))
print("waiter done", b(waiter.done()))
loop.run_until_complete(waiter)
print("waiter done", b(waiter.done()))
loop.close()
