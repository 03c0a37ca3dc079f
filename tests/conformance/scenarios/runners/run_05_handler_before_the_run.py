"""RUN-05: a runner leaves SIGINT to a handler that was there before; the handler stays until the loop is closed."""

import asyncio
import signal


async def main():
    for _ in range(2):
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0.001)
    return "value"


async def interrupted():
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(10)


with asyncio.Runner() as runner:
    runner.get_loop().add_signal_handler(signal.SIGINT, print, "the handler gets it")
    print(runner.run(main()))
    print(runner.run(main()))
try:
    asyncio.run(interrupted())
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
