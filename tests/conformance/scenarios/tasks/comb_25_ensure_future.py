"""COMB-25: ensure_future() returns a future as it is and wraps coroutines and other awaitables in a task."""
import asyncio


def flag(value):
    return "true" if value else "false"


class Delayed:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.value


async def work():
    return "from coroutine"


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    print("same future", flag(asyncio.ensure_future(future) is future))
    task = asyncio.create_task(work())
    print("same task", flag(asyncio.ensure_future(task) is task))
    wrapped = asyncio.ensure_future(work())
    print("started", flag(wrapped.done()))
    print(await wrapped)
    wrapped = asyncio.ensure_future(Delayed("from awaitable"))
    print(await wrapped)
    print(await task)
    future.cancel()


asyncio.run(main())
