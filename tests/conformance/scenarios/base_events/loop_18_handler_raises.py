"""LOOP-18: an error in the exception handler is logged and goes no further."""

import asyncio
import logging


class PrintLog(logging.Handler):
    def emit(self, record):
        print(record.levelname.lower(), record.getMessage().splitlines()[0])


def handler(loop, context):
    print("handler", context["message"])
    raise ValueError("from the handler")


def report():
    loop.call_exception_handler({"message": "reported"})
    print("call_exception_handler returned")


logging.getLogger("asyncio").addHandler(PrintLog())
logging.getLogger("asyncio").propagate = False
loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
loop.call_soon(report)
loop.call_soon(loop.stop)
loop.run_forever()
print("stopped")
loop.close()
