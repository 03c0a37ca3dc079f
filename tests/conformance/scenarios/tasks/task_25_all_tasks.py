"""TASK-25: all_tasks() holds the tasks of the loop that are not done, current one included."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


def show(where, tasks):
    print(where, *sorted(task.get_name() for task in tasks))


async def wait(future):
    await future


async def nothing():
    pass


async def main():
    asyncio.current_task().set_name("main")
    future = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(wait(future), name="waiting")
    short = asyncio.create_task(nothing(), name="short")
    cancelled = asyncio.create_task(wait(future), name="cancelled")
    show("not started", asyncio.all_tasks())
    cancelled.cancel()
    show("cancel requested", asyncio.all_tasks())
    await asyncio.sleep(0)
    show("one pass later", asyncio.all_tasks())
    print("of the other loop", len(asyncio.all_tasks(other)))
    future.set_result(None)
    await waiting
    show("at the end", asyncio.all_tasks())


other = asyncio.new_event_loop()
asyncio.run(main())
other.close()
try:
    asyncio.all_tasks()
except RuntimeError as e:
    print("without a loop", err(e))
