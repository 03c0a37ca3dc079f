"""LOOP-09: a callback may cancel a handle that stands behind it in the ready queue."""

import asyncio


def first():
    print("first")
    second.cancel()


loop = asyncio.new_event_loop()
loop.call_soon(first)
second = loop.call_soon(print, "second")
loop.call_soon(print, "third")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
