"""RUN-05: when main swallows the cancellation by Ctrl-C, run() returns as usual."""

import asyncio
import signal


async def main():
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("swallowed, cancelling", asyncio.current_task().cancelling())
    await asyncio.sleep(0)
    return "value"


print("result", asyncio.run(main()))
