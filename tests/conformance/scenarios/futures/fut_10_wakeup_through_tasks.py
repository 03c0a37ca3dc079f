"""FUT-10: each task in a chain of awaits adds one pass of the queue."""

import asyncio


async def inner(future):
    value = await future
    print("inner", value)
    return value


async def outer(task):
    value = await task
    print("outer", value)
    return value


def tick(number):
    print("tick", number)
    if number < 4:
        asyncio.get_running_loop().call_soon(tick, number + 1)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    first = asyncio.create_task(inner(future))
    second = asyncio.create_task(outer(first))
    third = asyncio.create_task(outer(second))
    await asyncio.sleep(0)
    loop.call_soon(tick, 1)
    future.set_result("value")
    await third
    print("main")
    await asyncio.sleep(0)


asyncio.run(main())
