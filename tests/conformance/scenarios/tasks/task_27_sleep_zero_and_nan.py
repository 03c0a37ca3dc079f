"""TASK-27: sleep of 0 or less yields exactly once; of NaN it is an error."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


def tick(number):
    print("tick", number)
    if number < 4:
        asyncio.get_running_loop().call_soon(tick, number + 1)


async def main():
    asyncio.get_running_loop().call_soon(tick, 1)
    await asyncio.sleep(0)
    print("after sleep(0)")
    await asyncio.sleep(-1)
    print("after sleep(-1)")
    await asyncio.sleep(-0.0)
    print("after sleep(-0.0)")
    try:
        await asyncio.sleep(float("nan"))
    except ValueError as e:
        print("caught", err(e))
    await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    print("slept again")


asyncio.run(main())
