"""LOOP-20: each handle gets its own copy of the context, unless one is given to share."""

import asyncio
import contextvars


def change(name):
    print(name, "sees", var.get())
    var.set(name)


loop = asyncio.new_event_loop()
var = contextvars.ContextVar("var", default="nothing")
var.set("at scheduling")
loop.call_soon(change, "first")
loop.call_soon(change, "second")
loop.call_later(0, change, "timer")
var.set("after scheduling")

shared = contextvars.copy_context()
loop.call_soon(change, "third", context=shared)
loop.call_soon(change, "fourth", context=shared)
loop.call_later(0.02, change, "late timer", context=shared)
loop.call_later(0.04, loop.stop)
loop.run_forever()
print("outside sees", var.get())
print("shared holds", shared[var])
loop.close()
