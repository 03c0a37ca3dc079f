"""RUN-05: a handler for SIGINT that main adds gets Ctrl-C; when it is removed, Ctrl-C ends the run again."""

import asyncio
import signal


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, print, "the handler gets it")
    for _ in range(3):
        signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(0.001)
    print("removed:", loop.remove_signal_handler(signal.SIGINT))
    loop.call_soon(signal.raise_signal, signal.SIGINT)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("main cancelled")
        raise


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
