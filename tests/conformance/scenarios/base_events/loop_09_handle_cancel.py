"""LOOP-09: cancel() is idempotent, drops the callback at once, and is a no-op after the run."""

import asyncio


def b(value):
    return "true" if value else "false"


class Payload:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dropped", self.name)


def run(payload):
    print("run", payload.name)


loop = asyncio.new_event_loop()
ready = loop.call_soon(run, Payload("ready"))
timer = loop.call_later(0, run, Payload("timer"))
kept = loop.call_soon(print, "kept")

print("cancelled before", b(ready.cancelled()), b(timer.cancelled()))
ready.cancel()
print("after ready.cancel()")
timer.cancel()
print("after timer.cancel()")
ready.cancel()
timer.cancel()
print("cancelled after", b(ready.cancelled()), b(timer.cancelled()))

loop.call_later(0.01, loop.stop)
loop.run_forever()
kept.cancel()
print("cancel after the run: cancelled", b(kept.cancelled()))
loop.close()
