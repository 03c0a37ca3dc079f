"""LOOP-12: a future that ended in KeyboardInterrupt leaves no stop() behind for the next run."""

import asyncio


async def interrupted():
    raise KeyboardInterrupt


def last():
    print("timer of the second run")
    loop.stop()


loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(interrupted())
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
loop.call_soon(print, "callback of the second run")
loop.call_later(0.01, last)
loop.run_forever()
loop.close()
