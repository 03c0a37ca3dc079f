"""LOOP-17: an error in a callback goes to the exception handler and the loop goes on."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def handler(loop, context):
    print("handler", context["message"][:21])
    print("exception", err(context["exception"]))
    print("handle is given", b("handle" in context))


def fail(message):
    print("fail", message)
    raise ValueError(message)


loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
loop.call_soon(fail, "ready")
loop.call_soon(print, "next handle")
loop.call_later(0, fail, "timer")
loop.call_later(0.02, loop.stop)
loop.run_forever()
print("stopped")
loop.close()
