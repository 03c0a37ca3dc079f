"""FUT-01: done callbacks are never called inline but scheduled, in order of registration."""

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.add_done_callback(lambda f: print("first", f.result()))
    future.add_done_callback(lambda f: print("second", f.result()))
    loop.call_soon(print, "scheduled before the result")
    print("set_result")
    future.set_result("value")
    print("set_result returned")
    loop.call_soon(print, "scheduled after the result")
    await asyncio.sleep(0)
    print("main goes on")


asyncio.run(main())
