"""LOOP-17: KeyboardInterrupt leaves run_forever at once; the handles behind it run later."""

import asyncio


def b(value):
    return "true" if value else "false"


def handler(loop, context):
    print("never reported", context["message"])


def interrupt():
    print("interrupt")
    raise KeyboardInterrupt("stop it")


loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
loop.call_soon(interrupt)
loop.call_soon(print, "behind the interrupt")
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
print("running", b(loop.is_running()))
loop.call_soon(loop.stop)
loop.run_forever()
print("stopped")
loop.close()
