"""COMB-23: as_completed() of tasks that have ended eagerly gives them after a pass of the loop, and before any other.

In which order those come is up to a set in CPython, so it is not shown.
"""

import asyncio


async def work(name, passes):
    print("begin", name)
    for _ in range(passes):
        await asyncio.sleep(0)
    print("end", name)
    return name


async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    print("tasks")
    tasks = [asyncio.create_task(work(name, passes)) for name, passes in [("a", 0), ("b", 2), ("c", 0)]]
    loop.call_soon(print, "one pass")
    names = []
    async for task in asyncio.as_completed(tasks):
        names.append(task.result())
    print(*sorted(names[:2]), names[2])
    print("a coroutine")
    completed = asyncio.as_completed([work("d", 0)])
    loop.call_soon(print, "one pass")
    for earliest in completed:
        print(await earliest)
    print("a timeout that was too late")
    async for task in asyncio.as_completed([work("e", 0)], timeout=0):
        print(task.result())


asyncio.run(main())
