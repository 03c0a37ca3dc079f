"""FUT-12: a result for a loop that is closed by then is dropped without a word."""

import asyncio
import concurrent.futures


def b(value):
    return "true" if value else "false"


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
source = concurrent.futures.Future()
wrapped = asyncio.wrap_future(source)
asyncio.set_event_loop(None)
loop.close()
source.set_result("value")
print("source", source.result())
print("wrapped done", b(wrapped.done()))
