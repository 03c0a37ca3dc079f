"""RUN-05: main cancelled by anything but Ctrl-C ends run() with CancelledError."""

import asyncio


async def main():
    asyncio.get_running_loop().call_soon(asyncio.current_task().cancel, "by a callback")
    await asyncio.sleep(10)


try:
    asyncio.run(main())
except asyncio.CancelledError as e:
    print("caught", type(e).__name__, e)
