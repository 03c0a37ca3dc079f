"""LOOP-12: run_until_complete() fails when the loop is stopped before the future is done."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


loop = asyncio.new_event_loop()
future = loop.create_future()
loop.call_soon(loop.stop)
try:
    loop.run_until_complete(future)
except RuntimeError as e:
    print("caught", err(e))

loop.call_soon(future.set_result, 5)
print("second run", loop.run_until_complete(future))
loop.close()
