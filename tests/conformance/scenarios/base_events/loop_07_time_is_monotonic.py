"""LOOP-07: time() is a monotonic clock in seconds, and call_at takes its values."""

import asyncio


def b(value):
    return "true" if value else "false"


def fired():
    now = loop.time()
    print("at or after the deadline", b(now - start >= 0.0199))
    print("seconds, not milliseconds", b(now - start < 15))
    loop.stop()


loop = asyncio.new_event_loop()
samples = [loop.time() for _ in range(100)]
print("never goes back", b(samples == sorted(samples)))
start = loop.time()
handle = loop.call_at(start + 0.02, fired)
print("when is what was asked", b(handle.when() == start + 0.02))
later = loop.call_later(60, print, "never")
print("call_later counts from now", b(60 <= later.when() - start < 65))
loop.run_forever()
later.cancel()
loop.close()
