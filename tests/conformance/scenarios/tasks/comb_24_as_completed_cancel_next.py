"""COMB-24: cancelling one pending step of as_completed() loses no result."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def work(name, delay):
    await asyncio.sleep(delay)
    return name


async def step(iterator):
    future = await anext(iterator)
    return future.result()


async def main():
    iterator = asyncio.as_completed([work("a", 0.05), work("b", 0.07)])
    first = asyncio.create_task(step(iterator))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    print("first cancelled", flag(first.cancelled()))
    rest = []
    async for future in iterator:
        rest.append(future.result())
    print(" ".join(rest))


asyncio.run(main())
