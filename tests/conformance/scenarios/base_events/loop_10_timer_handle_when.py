"""LOOP-10: a timer handle tells its deadline, cancelled or not."""

import asyncio


def b(value):
    return "true" if value else "false"


def noop():
    pass


loop = asyncio.new_event_loop()
early = loop.call_at(1000.5, noop)
late = loop.call_at(2000.25, noop)
again = loop.call_at(1000.5, noop)
print("when", early.when(), late.when())
print("the same deadline", b(again.when() == early.when()))
late.cancel()
print("when of a cancelled timer", late.when())
loop.close()
