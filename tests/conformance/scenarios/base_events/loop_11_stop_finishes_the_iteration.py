"""LOOP-11: stop() lets the current iteration finish; what it added waits for the next run."""

import asyncio


def b(value):
    return "true" if value else "false"


def first():
    print("first")
    loop.stop()
    loop.call_soon(print, "added after stop")
    print("running", b(loop.is_running()))


loop = asyncio.new_event_loop()
loop.call_soon(first)
loop.call_soon(print, "second")
loop.run_forever()
print("returned: running", b(loop.is_running()))
loop.stop()
loop.run_forever()
print("returned again")
loop.close()
