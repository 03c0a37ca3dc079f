"""COMB-26: in which pass of the loop each attempt of a staggered race starts and ends."""
import asyncio
from asyncio.staggered import staggered_race
from functools import partial


class Passes:
    def __init__(self):
        self.count = 0
        self.handle = asyncio.get_running_loop().call_soon(self.tick)

    def tick(self):
        self.count += 1
        self.handle = asyncio.get_running_loop().call_soon(self.tick)

    def show(self, *what):
        print(*what, "in pass", self.count)


async def attempt(name, steps, passes):
    passes.show("start", name)
    try:
        for _ in range(steps):
            await asyncio.sleep(0)
    except asyncio.CancelledError:
        passes.show("cancel", name)
        raise
    passes.show("end", name)
    if name.startswith("bad"):
        raise ValueError(name)
    return name


async def race(attempts, delay):
    passes = Passes()
    coro_fns = [partial(attempt, name, steps, passes) for name, steps in attempts]
    winner, index, exceptions = await staggered_race(coro_fns, delay)
    passes.show("won by", winner or "none", "none" if index is None else index)
    passes.handle.cancel()


async def main():
    await race([("a", 0), ("b", 0)], None)
    await race([("bad", 0), ("bad too", 2), ("c", 1), ("d", 0)], None)
    await race([("bad", 1), ("b", 0)], 10)
    await race([("a", 20), ("b", 10), ("bad", 0), ("d", 20)], 0)
    await race([("bad", 0), ("bad too", 0)], 0)
    await race([], 0)


asyncio.run(main())
