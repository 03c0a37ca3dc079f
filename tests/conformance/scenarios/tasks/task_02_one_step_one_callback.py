"""TASK-02: one step of a task is one callback of the loop."""

import asyncio


def tick(number):
    print("tick", number)
    if number < 4:
        asyncio.get_running_loop().call_soon(tick, number + 1)


async def body(future):
    for step in range(3):
        print("step", step)
        await asyncio.sleep(0)
    print("waits")
    await future
    print("ends")


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    task = asyncio.create_task(body(future))
    loop.call_soon(tick, 0)
    loop.call_later(0.02, future.set_result, None)
    await task


asyncio.run(main())
