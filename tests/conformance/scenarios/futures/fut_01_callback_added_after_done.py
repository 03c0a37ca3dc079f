"""FUT-01: a callback added to a done future is scheduled at once, not called."""

import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result("value")
    loop.call_soon(print, "before")
    future.add_done_callback(lambda f: print("callback", f.result()))
    loop.call_soon(print, "behind")
    print("added")
    await asyncio.sleep(0)

    cancelled = loop.create_future()
    cancelled.cancel()
    cancelled.add_done_callback(lambda f: print("callback of a cancelled one"))
    print("added")
    await asyncio.sleep(0)


asyncio.run(main())
