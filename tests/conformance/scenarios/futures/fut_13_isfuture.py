"""FUT-13: futures and tasks are futures; wrapping or ensuring one gives that same one back."""

import asyncio
import concurrent.futures


def b(value):
    return "true" if value else "false"


async def value():
    return 5


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(value())
    coroutine = value()
    print("isfuture: future", b(asyncio.isfuture(future)))
    print("isfuture: task", b(asyncio.isfuture(task)))
    print("isfuture: coroutine", b(asyncio.isfuture(coroutine)))
    print("isfuture: concurrent", b(asyncio.isfuture(concurrent.futures.Future())))
    print("ensure_future(future) is it", b(asyncio.ensure_future(future) is future))
    print("ensure_future(task) is it", b(asyncio.ensure_future(task) is task))
    print("wrap_future(future) is it", b(asyncio.wrap_future(future) is future))
    print("ensure_future(coroutine)", await asyncio.ensure_future(coroutine))
    print("task", await task)


asyncio.run(main())
