"""TASK-21: a task whose handle is dropped still runs to its end while what it awaits is alive."""

import asyncio
import gc


async def body(future):
    print("started")
    print("got", await future)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    asyncio.create_task(body(future))
    await asyncio.sleep(0)
    gc.collect()
    future.set_result("value")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
