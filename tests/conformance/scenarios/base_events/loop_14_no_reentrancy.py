"""LOOP-14: a running loop cannot be run again, and no other loop can run in its thread."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def callback():
    try:
        loop.run_forever()
    except RuntimeError as e:
        print("run_forever", err(e))
    try:
        loop.run_until_complete(loop.create_future())
    except RuntimeError as e:
        print("run_until_complete", err(e))
    try:
        other.run_forever()
    except RuntimeError as e:
        print("other run_forever", err(e))
    try:
        other.run_until_complete(other.create_future())
    except RuntimeError as e:
        print("other run_until_complete", err(e))
    print("still the running loop", b(asyncio.get_running_loop() is loop))
    print("running", b(loop.is_running()), b(other.is_running()))
    loop.stop()


loop = asyncio.new_event_loop()
other = asyncio.new_event_loop()
loop.call_soon(callback)
loop.run_forever()
other.call_soon(other.stop)
other.run_forever()
print("the other loop runs afterwards")
other.close()
loop.close()
