"""LOOP-27: a generator that begins after shutdown_asyncgens() is warned of, and works."""

import asyncio
import warnings


def show(message, category, filename, lineno, file=None, line=None):
    print(str(message).split(" <")[0], "...", str(message).split("> ")[1])


async def generator():
    yield 1
    yield 2


async def main():
    loop = asyncio.get_running_loop()
    before = generator()
    print(await anext(before))
    await loop.shutdown_asyncgens()
    g = generator()
    print(await anext(g))
    print(await anext(g))
    await g.aclose()


warnings.showwarning = show
warnings.simplefilter("always")
asyncio.run(main())
