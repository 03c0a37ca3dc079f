"""LOOP-18: only KeyboardInterrupt leaves an exception handler, and with it run_forever."""

import asyncio


def handler(loop, context):
    print("handler", context["message"])
    raise KeyboardInterrupt


loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
loop.call_soon(loop.call_exception_handler, {"message": "reported"})
loop.call_soon(print, "behind")
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
