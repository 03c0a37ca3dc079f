"""LOOP-05: timers run in order of their deadline, whatever the order of creation."""

import asyncio

loop = asyncio.new_event_loop()
start = loop.time()
loop.call_at(start + 0.03, print, "30 ms")
loop.call_at(start + 0.01, print, "10 ms")
loop.call_at(start + 0.04, loop.stop)
loop.call_at(start + 0.02, print, "20 ms")
loop.call_at(start, print, "0 ms")
loop.run_forever()
loop.close()
