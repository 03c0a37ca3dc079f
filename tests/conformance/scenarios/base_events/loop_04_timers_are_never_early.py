"""LOOP-04: a timer never fires before its time, the clock's resolution apart."""

import asyncio
import time


def b(value):
    return "true" if value else "false"


def fired(name, when):
    print(name, "early", b(loop.time() < when - resolution))


loop = asyncio.new_event_loop()
resolution = time.get_clock_info("monotonic").resolution
start = loop.time()
for delay in (0.001, 0.012, 0.0235, 0.0345):
    loop.call_at(start + delay, fired, f"timer {delay}", start + delay)
loop.call_at(start + 0.05, loop.stop)
loop.run_forever()
loop.close()
