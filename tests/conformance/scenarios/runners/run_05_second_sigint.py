"""RUN-05: the second Ctrl-C is a KeyboardInterrupt at once; main is cancelled by the shutdown."""

import asyncio
import signal


def interrupt():
    signal.raise_signal(signal.SIGINT)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("first: main swallows the cancellation")
    loop.call_soon(interrupt)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("second: main is cancelled, cancelling", asyncio.current_task().cancelling())
        raise


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
