"""COMB-23: as_completed() as an async iterator yields the original futures."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work(name, steps):
    for _ in range(steps):
        await asyncio.sleep(0)
    if name == "bad":
        raise ValueError(name)
    return name


async def main():
    slow = asyncio.create_task(work("slow", 8))
    bad = asyncio.create_task(work("bad", 4))
    fast = asyncio.create_task(work("fast", 0))
    async for earliest in asyncio.as_completed([slow, bad, fast, slow]):
        which = "slow" if earliest is slow else "bad" if earliest is bad else "fast"
        print(which, "done", flag(earliest.done()), error(earliest.exception()))


asyncio.run(main())
