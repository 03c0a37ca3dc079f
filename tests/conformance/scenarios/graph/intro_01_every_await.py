"""INTRO-01: who awaits a task, by every way to wait, while it lasts and afterwards."""
import asyncio
from asyncio import staggered


def tree(future):
    def render(graph):
        by = sorted(render(next) for next in graph.awaited_by)
        name = graph.future.get_name()
        return f"{name}({' '.join(by)})" if by else name
    return render(asyncio.capture_call_graph(future))


async def settle():
    for _ in range(6):
        await asyncio.sleep(0)


async def leaf():
    await asyncio.sleep(100)


async def plain(task):
    await task


async def two(task):
    await asyncio.gather(task, asyncio.sleep(100))


async def nested(task):
    await asyncio.gather(asyncio.gather(task), asyncio.sleep(100))


async def waits(task):
    await asyncio.wait([task])


async def shielded(task):
    await asyncio.shield(task)


async def timed(task):
    async with asyncio.timeout(100):
        await task


async def waits_for(task):
    await asyncio.wait_for(asyncio.shield(task), 100)


async def completed(task):
    async for _ in asyncio.as_completed([task]):
        pass


async def grouped(task):
    async with asyncio.TaskGroup() as tg:
        tg.create_task(plain(task), name="child")


async def race(task):
    async def run():
        asyncio.current_task().set_name("runner")
        await task
    await staggered.staggered_race([run], None)


async def main():
    ways = [plain, two, nested, waits, shielded, timed, waits_for, completed, grouped, race]
    for way in ways:
        task = asyncio.create_task(leaf(), name="leaf")
        waiter = asyncio.create_task(way(task), name="waiter")
        await settle()
        print(way.__name__, tree(task))
        # CPython forgets to take back what as_completed noted if the iteration is cancelled.
        (task if way is completed else waiter).cancel()
        await asyncio.wait([waiter])
        print(" afterwards", tree(task))
        task.cancel()
        await asyncio.wait([task])


asyncio.run(main())
