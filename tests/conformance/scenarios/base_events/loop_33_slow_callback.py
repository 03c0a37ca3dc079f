"""LOOP-33: debug mode warns of a slow callback or task step; otherwise nothing is said."""

import asyncio
import logging


def b(value):
    return "true" if value else "false"


class PrintLog(logging.Handler):
    def emit(self, record):
        words = record.getMessage().split(" ")
        print(record.levelname.lower(), words[0], words[1][1:], words[-1])


def loop_with_a_clock_of_its_own():
    loop = asyncio.new_event_loop()
    loop.time = lambda: clock["now"]
    return loop


def slow():
    clock["now"] += 0.2


async def main():
    loop = asyncio.get_running_loop()
    print("threshold", loop.slow_callback_duration)
    loop.slow_callback_duration = 0.15
    for debug in (False, True):
        loop.set_debug(debug)
        await asyncio.sleep(0)
        print("debug", b(loop.get_debug()))
        loop.call_soon(slow)
        await asyncio.sleep(0)
        loop.call_later(0, slow)
        await asyncio.sleep(0.1)
        print("a slow step of the task")
        slow()
        await asyncio.sleep(0)


clock = {"now": 0.0}
logging.getLogger("asyncio").addHandler(PrintLog())
logging.getLogger("asyncio").propagate = False
asyncio.run(main(), loop_factory=loop_with_a_clock_of_its_own)
