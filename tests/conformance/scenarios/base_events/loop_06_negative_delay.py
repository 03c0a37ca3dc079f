"""LOOP-06: a delay of 0 or less goes through the timers: after call_soon, most negative first."""

import asyncio


def schedule():
    loop.call_later(0, print, "delay 0")
    loop.call_later(-1, print, "delay -1")
    loop.call_later(-2, print, "delay -2")
    loop.call_soon(print, "call_soon")
    loop.call_later(0.02, loop.stop)


loop = asyncio.new_event_loop()
print("from outside")
schedule()
loop.run_forever()
print("from a callback")
loop.call_soon(schedule)
loop.run_forever()
loop.close()
