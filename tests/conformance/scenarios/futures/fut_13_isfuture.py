"""FUT-13: futures and tasks are futures: ensuring one gives that same one back."""

import asyncio


def b(value):
    return "true" if value else "false"


async def value():
    return 5


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(value())
    print("ensure_future(future) is it", b(asyncio.ensure_future(future) is future))
    print("ensure_future(task) is it", b(asyncio.ensure_future(task) is task))
    ensured = asyncio.ensure_future(value())
    print("ensure_future(coroutine) is a task", b(isinstance(ensured, asyncio.Task)))
    print("ensure_future(coroutine)", await ensured)
    print("task", await task)


asyncio.run(main())
