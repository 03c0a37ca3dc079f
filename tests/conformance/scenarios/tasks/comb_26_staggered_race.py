"""COMB-26: the next attempt starts on failure or after the delay, and the first success ends the race."""
import asyncio
from asyncio.staggered import staggered_race
from functools import partial


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def attempt(name, takes, log):
    log.append("start " + name)
    try:
        await asyncio.sleep(takes)
    except asyncio.CancelledError:
        log.append("cancel " + name)
        raise
    if name.startswith("bad"):
        raise ValueError(name)
    return name


async def race(title, attempts, delay):
    log = []
    coro_fns = [partial(attempt, name, takes, log) for name, takes in attempts]
    winner, index, exceptions = await staggered_race(coro_fns, delay)
    print(title + ":", "none" if winner is None else winner, "none" if index is None else index)
    print(" ", ", ".join(log) or "-")
    print(" ", ", ".join(error(e) for e in exceptions) or "-")


async def main():
    await race("the first wins", [("a", 0.01), ("b", 0)], 10)
    await race("a failure starts the next", [("bad", 0.01), ("b", 0.01), ("c", 0)], 10)
    await race("the delay starts the next", [("a", 10), ("b", 0.01), ("c", 0)], 0.03)
    await race("the first wins after all", [("a", 0.3), ("b", 10)], 0.02)
    await race("one at a time", [("bad", 0), ("bad too", 0.02), ("c", 0.02), ("d", 0)], None)
    await race("no delay at all", [("a", 10), ("bad", 0), ("c", 0.01)], 0)
    await race("all fail", [("bad", 0.02), ("bad too", 0.01)], 0.01)
    await race("nobody", [], 0.01)
    print("tasks left", len(asyncio.all_tasks()))


asyncio.run(main())
