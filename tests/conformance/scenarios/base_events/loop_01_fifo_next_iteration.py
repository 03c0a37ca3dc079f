"""LOOP-01: call_soon is FIFO, and what a callback adds runs in the next iteration."""

import asyncio


def first():
    print("first")
    loop.call_soon(print, "added by first")
    loop.stop()


def second():
    print("second")
    loop.call_soon(print, "added by second")


loop = asyncio.new_event_loop()
loop.call_soon(first)
loop.call_soon(second)
loop.call_soon(print, "third")
loop.run_forever()
print("stopped after one iteration")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
