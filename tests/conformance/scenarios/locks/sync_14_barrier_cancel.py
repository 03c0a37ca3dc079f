"""SYNC-14: cancelling one waiter does not break a barrier."""

import asyncio


def b(value):
    return "true" if value else "false"


async def visitor(barrier, name):
    try:
        print(name, await barrier.wait())
    except asyncio.CancelledError:
        print(name, "cancelled, waiting", barrier.n_waiting)


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(visitor(barrier, n)) for n in "ab"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await tasks[0]
    print("waiting", barrier.n_waiting, "broken", b(barrier.broken))
    print("filled, and one cancelled before it runs")
    more = [asyncio.create_task(visitor(barrier, n)) for n in "cd"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    late = asyncio.create_task(visitor(barrier, "late"))
    await asyncio.gather(tasks[1], *more)
    print("waiting", barrier.n_waiting, "broken", b(barrier.broken))
    await asyncio.gather(late, visitor(barrier, "e"), visitor(barrier, "f"))
    print("cancelled outside, while it drains")
    tasks = [asyncio.create_task(visitor(barrier, n)) for n in "ghijk"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[3].cancel()
    await asyncio.gather(*tasks[:4])
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting, "broken", b(barrier.broken))
    tasks[4].cancel()
    await tasks[4]


asyncio.run(main())
