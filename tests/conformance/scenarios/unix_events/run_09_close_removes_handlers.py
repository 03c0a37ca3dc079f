"""RUN-09: closing the loop removes its handlers; a call that was scheduled does not happen any more."""

import asyncio
import signal


class Callback:
    def __init__(self, name):
        self.name = name

    def __call__(self):
        print(self.name, "called")

    def __del__(self):
        print(self.name, "dropped")


loop = asyncio.new_event_loop()
# By default nothing comes of this one.
loop.add_signal_handler(signal.SIGWINCH, Callback("first"))
signal.raise_signal(signal.SIGWINCH)
loop.close()
print("closed")
signal.raise_signal(signal.SIGWINCH)
print("removed:", loop.remove_signal_handler(signal.SIGWINCH))

loop = asyncio.new_event_loop()
loop.add_signal_handler(signal.SIGWINCH, Callback("second"))
signal.raise_signal(signal.SIGWINCH)
loop.run_until_complete(asyncio.sleep(0.001))
loop.close()
print("closed")
