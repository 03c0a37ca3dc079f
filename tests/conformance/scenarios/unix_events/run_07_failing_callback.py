"""RUN-07: an error of the callback goes to the exception handler; the callback stays."""

import asyncio
import signal


def callback():
    raise ValueError("on purpose")


def report(loop, context):
    print("reported:", repr(context["exception"]))


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(report)
    loop.add_signal_handler(signal.SIGUSR1, callback)
    for _ in range(2):
        signal.raise_signal(signal.SIGUSR1)
        await asyncio.sleep(0.001)
    print("removed:", loop.remove_signal_handler(signal.SIGUSR1))


asyncio.run(main())
