"""RUN-07: a handler is replaced, or removed, some turns after its signal."""

import asyncio
import signal


async def turns(log, count):
    for turn in range(count):
        log.append(f"turn {turn}")
        await asyncio.sleep(0)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    for before in range(4):
        loop.add_signal_handler(signal.SIGUSR1, log.append, "old")
        signal.raise_signal(signal.SIGUSR1)
        await turns(log, before)
        loop.add_signal_handler(signal.SIGUSR1, log.append, "new")
        log.append("replaced")
        await turns(log, 4)
        print(", ".join(log))
        log.clear()
    for before in range(4):
        loop.add_signal_handler(signal.SIGUSR1, log.append, "handler")
        signal.raise_signal(signal.SIGUSR1)
        await turns(log, before)
        log.append(f"removed {loop.remove_signal_handler(signal.SIGUSR1)}")
        await turns(log, 4)
        loop.add_signal_handler(signal.SIGUSR1, log.append, "handler")
        log.append("added again")
        await turns(log, 4)
        print(", ".join(log))
        log.clear()


asyncio.run(main())
