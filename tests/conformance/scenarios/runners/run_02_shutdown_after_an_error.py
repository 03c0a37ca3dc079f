"""RUN-02: the shutdown is the same when main fails; its error comes out at the end."""

import asyncio


async def background():
    try:
        await asyncio.sleep(10)
    finally:
        print("background cancelled")


async def main():
    kept.append(asyncio.create_task(background()))
    await asyncio.sleep(0)
    print("main fails")
    raise ValueError("boom")


kept = []
try:
    asyncio.run(main())
except ValueError as e:
    print("caught", type(e).__name__, e)
