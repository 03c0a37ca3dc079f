"""LOOP-15: close() fails while running, is idempotent and clears the queues."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def attempt(name, function):
    try:
        function()
    except RuntimeError as e:
        print(name, err(e))
    else:
        print(name, "works")


def while_running():
    attempt("close while running", loop.close)
    loop.stop()


def noop():
    pass


loop = asyncio.new_event_loop()
loop.call_soon(while_running)
loop.run_forever()
print("closed", b(loop.is_closed()))

loop.call_soon(print, "never")
loop.call_later(0, print, "never")
future = loop.create_future()
loop.close()
print("closed", b(loop.is_closed()))
attempt("close again", loop.close)
attempt("call_soon", lambda: loop.call_soon(noop))
attempt("call_later", lambda: loop.call_later(0, noop))
attempt("call_at", lambda: loop.call_at(0, noop))
attempt("call_soon_threadsafe", lambda: loop.call_soon_threadsafe(noop))
attempt("run_forever", loop.run_forever)
attempt("run_until_complete", lambda: loop.run_until_complete(future))
attempt("stop", loop.stop)
attempt("create_future", loop.create_future)
