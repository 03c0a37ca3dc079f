"""LOOP-03: the poll waits for the nearest timer, a day at most, and for ever without timers."""

import asyncio
import selectors


class WatchedSelector(selectors.DefaultSelector):
    """Prints how long the loop is prepared to wait, and wakes it when that is too long."""

    timer_seen = False

    def select(self, timeout=None):
        if timeout != 0:
            self.report(timeout)
        return super().select(timeout)

    def report(self, timeout):
        if timeout is None:
            print("wait for ever")
            loop.call_soon_threadsafe(loop.stop)
        elif timeout == 86400:
            print("wait one day")
            loop.call_soon_threadsafe(loop.stop)
        elif timeout > 0 and not self.timer_seen:
            self.timer_seen = True
            print("wait until the timer")


loop = asyncio.SelectorEventLoop(WatchedSelector())
print("no timer")
loop.run_forever()

print("a timer in 1000 days")
far = loop.call_later(86400 * 1000, print, "never")
loop.run_forever()

print("a timer at infinity")
endless = loop.call_later(float("inf"), print, "never")
far.cancel()
loop.run_forever()

print("a timer soon")
loop.call_later(0.01, loop.stop)
loop.run_forever()
endless.cancel()
loop.close()
