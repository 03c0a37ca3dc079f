"""LOOP-12: run_until_complete() stops by a done callback: the iteration it runs in finishes."""

import asyncio


def resolve():
    print("resolve")
    future.set_result("value")
    loop.call_soon(in_stopping_iteration)


def in_stopping_iteration():
    print("in the stopping iteration")
    loop.call_soon(print, "in the next run")


loop = asyncio.new_event_loop()
future = loop.create_future()
loop.call_soon(resolve)
print("result", loop.run_until_complete(future))
print("a done future still takes one iteration")
future = loop.create_future()
future.set_result("value")
print("result", loop.run_until_complete(future))
loop.close()
