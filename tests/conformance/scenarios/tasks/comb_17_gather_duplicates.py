"""COMB-17: a future given twice is awaited once and repeated; gather() of nothing is a done future."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def work(name):
    print("run", name)
    await asyncio.sleep(0)
    return name


async def main():
    task = asyncio.create_task(work("one"))
    other = asyncio.create_task(work("two"))
    print(" ".join(await asyncio.gather(task, other, task)))
    empty = asyncio.gather()
    print("empty done", flag(empty.done()))
    print("empty", len(await empty))


asyncio.run(main())
