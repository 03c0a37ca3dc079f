"""TASK-26: sleep(0) lets everything run that is already queued, once."""

import asyncio


async def body(name):
    for step in range(3):
        print(name, step)
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    first = asyncio.create_task(body("first"))
    second = asyncio.create_task(body("second"))
    loop.call_soon(print, "callback")
    for step in range(4):
        print("main", step)
        await asyncio.sleep(0)
        loop.call_soon(print, "callback of main", step)
    print("done", "true" if first.done() and second.done() else "false")
    await asyncio.sleep(0)


asyncio.run(main())
