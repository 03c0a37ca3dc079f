"""RUN-07: the callback has its turn in the loop; it is not called where the signal comes."""

import asyncio
import signal


async def main():
    loop = asyncio.get_running_loop()
    log = []
    loop.add_signal_handler(signal.SIGUSR1, log.append, "handler")
    signal.raise_signal(signal.SIGUSR1)
    loop.call_soon(log.append, "call_soon")
    for turn in range(5):
        log.append(f"turn {turn}")
        await asyncio.sleep(0)
    print(", ".join(log))


asyncio.run(main())
