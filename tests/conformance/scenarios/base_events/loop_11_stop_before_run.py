"""LOOP-11: stop() before run_forever() runs one iteration, due timers included, without waiting."""

import asyncio


def ready():
    print("ready")
    loop.call_soon(print, "added by ready")


loop = asyncio.new_event_loop()
loop.call_later(0, print, "due timer")
far = loop.call_later(3600, print, "far timer")
loop.call_soon(ready)
loop.stop()
loop.run_forever()
print("first run over")
loop.stop()
loop.run_forever()
print("second run over")
loop.stop()
loop.run_forever()
print("third run over, nothing left")
far.cancel()
loop.close()
