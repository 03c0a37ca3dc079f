"""TASK-31: a suspended task shows the frame of its coroutine; a task that finished eagerly has no coroutine."""

import asyncio
import io


def functions(task):
    return [frame.f_code.co_name for frame in task.get_stack()]


def coro(task):
    coro = task.get_coro()
    return coro.__name__ if coro is not None else None


def printed(task):
    file = io.StringIO()
    task.print_stack(file=file)
    lines = file.getvalue().splitlines()
    return lines[0].split(" <")[0], lines[-1].split(" <")[0]


async def inner():
    await asyncio.sleep(1000)


async def outer():
    await inner()


async def quick():
    return 1


async def fails():
    raise ValueError("of the coroutine")


def show(what, task):
    print(what, functions(task), coro(task), printed(task)[0])


async def main():
    task = asyncio.create_task(outer())
    show("not begun", task)
    await asyncio.sleep(0)
    show("suspended", task)
    print("with a limit", len(task.get_stack(limit=1)), len(task.get_stack(limit=0)))
    task.cancel()
    await asyncio.wait([task])
    show("cancelled", task)
    task = asyncio.create_task(quick())
    await task
    show("finished", task)
    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    show("failed", task)
    print(printed(task)[-1])
    task.exception()
    task = asyncio.create_task(quick(), eager_start=True)
    show("finished eagerly", task)
    task = asyncio.create_task(fails(), eager_start=True)
    show("failed eagerly", task)
    task.exception()
    task = asyncio.create_task(outer(), eager_start=True)
    show("suspended eagerly", task)
    asyncio.get_running_loop().set_task_factory(asyncio.create_eager_task_factory(asyncio.Task))
    task = asyncio.create_task(outer())
    show("of a factory", task)


asyncio.run(main())
