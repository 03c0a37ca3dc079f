"""LOOP-23: the running loop is known to its own thread only."""

import asyncio
import threading


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def ask(where):
    try:
        found = asyncio.get_running_loop()
    except RuntimeError as e:
        print(where, err(e))
    else:
        print(where, "finds the loop", b(found is loop))


def callback():
    ask("callback")
    thread = threading.Thread(target=ask, args=("thread",))
    thread.start()
    thread.join()
    loop.stop()


loop = asyncio.new_event_loop()
ask("before")
loop.call_soon(callback)
loop.run_forever()
ask("after")
loop.close()
