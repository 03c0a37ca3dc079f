"""FUT-10: the waiter's step is queued by set_result itself, ahead of what is queued later."""

import asyncio


async def wait(name, future):
    print(name, "waits")
    print(name, "got", await future)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    first = asyncio.create_task(wait("first", future))
    second = asyncio.create_task(wait("second", future))
    await asyncio.sleep(0)

    future.add_done_callback(lambda f: print("callback added last"))
    loop.call_soon(print, "queued before set_result")
    future.set_result(1)
    loop.call_soon(print, "queued after set_result")
    await asyncio.sleep(0)
    print("one pass later")
    await first
    await second


asyncio.run(main())
