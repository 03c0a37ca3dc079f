"""SYNC-12: a barrier fills, lets everyone through with an index of their own, and holds newcomers while draining."""

import asyncio


def b(value):
    return "true" if value else "false"


async def visitor(barrier, name, rounds):
    for _ in range(rounds):
        index = await barrier.wait()
        print(name, index, "waiting", barrier.n_waiting)


async def entered(barrier, name):
    async with barrier as index:
        print(name, "inside as", index)


async def main():
    try:
        asyncio.Barrier(0)
    except ValueError as e:
        print("ValueError", e)
    barrier = asyncio.Barrier(3)
    print("parties", barrier.parties, "waiting", barrier.n_waiting, "broken", b(barrier.broken))
    tasks = [asyncio.create_task(visitor(barrier, n, 1)) for n in "ab"]
    await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    await asyncio.gather(visitor(barrier, "c", 1), *tasks)
    print("round and round")
    await asyncio.gather(*[visitor(barrier, n, 3) for n in "abc"])
    print("more visitors than parties")
    tasks = [asyncio.create_task(visitor(barrier, n, 1)) for n in "abcdefgh"]
    for _ in range(8):
        await asyncio.sleep(0)
    print("waiting", barrier.n_waiting)
    await asyncio.gather(entered(barrier, "i"), *tasks)
    print("waiting", barrier.n_waiting)


asyncio.run(main())
