"""RUN-06: Runner.run() takes coroutines, tasks, futures and other awaitables."""

import asyncio


class Doubled:
    def __init__(self, awaitable):
        self.awaitable = awaitable

    def __await__(self):
        return 2 * (yield from self.awaitable.__await__())


async def value():
    await asyncio.sleep(0)
    return 21


with asyncio.Runner() as runner:
    loop = runner.get_loop()
    print("coroutine", runner.run(value()))
    print("task", runner.run(loop.create_task(value())))
    future = loop.create_future()
    loop.call_soon(future.set_result, 21)
    print("future", runner.run(future))
    print("awaitable", runner.run(Doubled(value())))
