"""RUN-05: an error that main raises on Ctrl-C comes out of run() in place of KeyboardInterrupt."""

import asyncio
import signal


async def main():
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        raise ValueError("clean-up failed")


try:
    asyncio.run(main())
except ValueError as e:
    print("caught", type(e).__name__, e)
