"""RUN-08: each signal is one call, however many come before the loop looks."""

import asyncio
import signal


async def main():
    loop = asyncio.get_running_loop()
    calls = {signal.SIGUSR1: 0, signal.SIGUSR2: 0}

    def callback(sig):
        calls[sig] += 1

    for sig in calls:
        loop.add_signal_handler(sig, callback, sig)
    for _ in range(100):
        signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR2)
    print("before:", *calls.values())
    await asyncio.sleep(0.01)
    print("after:", *calls.values())


asyncio.run(main())
