"""RUN-07: a signal belongs to the loop that has asked for it last."""

import asyncio
import signal


def run(name, loop):
    print("run", name)
    loop.run_until_complete(asyncio.sleep(0.001))


first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
first.add_signal_handler(signal.SIGUSR1, print, "first")
second.add_signal_handler(signal.SIGUSR1, print, "second")
signal.raise_signal(signal.SIGUSR1)
run("first", first)
run("second", second)
first.add_signal_handler(signal.SIGUSR1, print, "first again")
signal.raise_signal(signal.SIGUSR1)
run("first", first)
run("second", second)
print("removed:", first.remove_signal_handler(signal.SIGUSR1))
print("removed:", second.remove_signal_handler(signal.SIGUSR1))
first.close()
second.close()
