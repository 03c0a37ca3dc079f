"""LOOP-18: without a handler the default one logs the message as an error."""

import asyncio
import logging


def b(value):
    return "true" if value else "false"


class PrintLog(logging.Handler):
    def emit(self, record):
        print(record.levelname.lower(), record.getMessage().splitlines()[0])


def handler(loop, context):
    print("handler", context["message"])
    loop.default_exception_handler(context)


logging.getLogger("asyncio").addHandler(PrintLog())
logging.getLogger("asyncio").propagate = False
loop = asyncio.new_event_loop()
print("no handler", b(loop.get_exception_handler() is None))
loop.call_exception_handler({"message": "with a message"})
loop.call_exception_handler({"message": "with an exception", "exception": ValueError("boom")})

print("a handler that defers")
loop.set_exception_handler(handler)
print("no handler", b(loop.get_exception_handler() is None))
loop.call_exception_handler({"message": "deferred"})

print("none again")
loop.set_exception_handler(None)
loop.call_exception_handler({"message": "direct"})
loop.close()
