"""TASK-28: with eager_task_factory every task starts at once, those of the combinators too."""

import asyncio


def b(value):
    return "true" if value else "false"


async def work(name, passes):
    print("begin", name)
    for _ in range(passes):
        await asyncio.sleep(0)
    print("end", name)
    return name


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    print("gather of what is done at once")
    loop.call_soon(print, "one pass")
    print(*await asyncio.gather(work("a", 0), work("b", 0)))
    print("gather")
    print(*await asyncio.gather(work("c", 2), work("d", 0), work("e", 1)))
    print("shield")
    print(await asyncio.shield(work("f", 0)), await asyncio.shield(work("g", 1)))
    print("wait")
    tasks = [asyncio.create_task(work("h", 0)), asyncio.create_task(work("i", 1))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    await tasks[1]
    print("as_completed")
    for earliest in asyncio.as_completed([work("j", 2)]):
        print(await earliest)
    print("ensure_future", b(asyncio.ensure_future(work("l", 0)).done()))
    print("wait_for", await asyncio.wait_for(work("m", 1), 5))
    async with asyncio.timeout(5):
        print("timeout", await asyncio.create_task(work("n", 1)))
    late = asyncio.create_task(work("o", 0), eager_start=False)
    print("late is done", b(late.done()))
    await late


asyncio.run(main())
