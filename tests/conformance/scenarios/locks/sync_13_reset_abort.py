"""SYNC-13: reset breaks the waiters and leaves the barrier usable; abort breaks it until reset."""

import asyncio


def b(value):
    return "true" if value else "false"


async def visitor(barrier, name):
    try:
        print(name, await barrier.wait())
    except asyncio.BrokenBarrierError as e:
        print(name, "BrokenBarrierError", e, "broken", b(barrier.broken))


async def waiting(barrier, names):
    tasks = [asyncio.create_task(visitor(barrier, n)) for n in names]
    await asyncio.sleep(0)
    return tasks


async def main():
    barrier = asyncio.Barrier(3)
    print("reset of an empty barrier")
    await barrier.reset()
    print("reset with waiters")
    tasks = await waiting(barrier, "ab")
    await barrier.reset()
    print("waiting", barrier.n_waiting, "broken", b(barrier.broken))
    late = asyncio.create_task(visitor(barrier, "late"))
    await asyncio.gather(*tasks)
    print("waiting", barrier.n_waiting)
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    await asyncio.gather(late, visitor(barrier, "c"), visitor(barrier, "d"))
    print("abort")
    tasks = await waiting(barrier, "ef")
    await barrier.abort()
    print("waiting", barrier.n_waiting, "broken", b(barrier.broken))
    await asyncio.gather(*tasks)
    await visitor(barrier, "g")
    await barrier.reset()
    print("broken", b(barrier.broken))
    await asyncio.gather(*[visitor(barrier, n) for n in "hij"])
    print("reset while draining")
    tasks = await waiting(barrier, "klm")
    await barrier.reset()
    await asyncio.gather(*tasks)
    print("abort while draining")
    tasks = await waiting(barrier, "nop")
    await barrier.abort()
    await asyncio.gather(*tasks)


asyncio.run(main())
