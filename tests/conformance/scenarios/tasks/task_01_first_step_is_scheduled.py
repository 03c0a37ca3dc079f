"""TASK-01: create_task only schedules the first step; bodies start in order of creation."""

import asyncio


async def body(name):
    print(name, "starts")
    return name


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "queued before")
    first = asyncio.create_task(body("first"))
    loop.call_soon(print, "queued between")
    second = asyncio.create_task(body("second"))
    print("main has created both")
    await asyncio.sleep(0)
    print("main goes on")
    print(await second, await first)


asyncio.run(main())
