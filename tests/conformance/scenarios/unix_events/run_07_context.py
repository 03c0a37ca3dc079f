"""RUN-07: the callback runs in a copy of the context in which it was added, the same one each time."""

import asyncio
import contextvars
import signal

var = contextvars.ContextVar("var", default=0)


def callback():
    print("in the callback:", var.get())
    var.set(var.get() + 10)


async def main():
    var.set(1)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, callback)
    var.set(2)
    for _ in range(3):
        signal.raise_signal(signal.SIGUSR1)
        await asyncio.sleep(0.001)
    print("in main:", var.get())


asyncio.run(main())
