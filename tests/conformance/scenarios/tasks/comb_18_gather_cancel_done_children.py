"""COMB-18: gather().cancel() returns False when no child could be cancelled."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def quick():
    return 1


async def main():
    first = asyncio.create_task(quick())
    second = asyncio.create_task(quick())
    outer = asyncio.gather(first, second)
    await asyncio.sleep(0)
    print("children done", flag(first.done() and second.done()))
    print("outer done", flag(outer.done()))
    print("cancel", flag(outer.cancel()))
    print("results", sum(await outer))
    print("cancel again", flag(outer.cancel()))


asyncio.run(main())
