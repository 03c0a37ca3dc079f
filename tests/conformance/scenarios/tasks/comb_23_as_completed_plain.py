"""COMB-23: as_completed() as a plain iterator yields awaitables of the results in order of completion."""
import asyncio


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
    aws = [slow, work("bad", 4), work("fast", 0), slow]
    count = 0
    for earliest in asyncio.as_completed(aws):
        count += 1
        try:
            print(await earliest)
        except ValueError as e:
            print(error(e))
    print("yielded", count)
    print("empty", len(list(asyncio.as_completed([]))))


asyncio.run(main())
