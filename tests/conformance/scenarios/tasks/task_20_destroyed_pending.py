"""TASK-20: a task that is destroyed while it still waits is reported."""

import asyncio
import gc


def handler(loop, context):
    print("handler", context["message"])


async def wait(future):
    await future


loop = asyncio.new_event_loop()
loop.set_exception_handler(handler)
future = loop.create_future()
task = loop.create_task(wait(future))
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
del future, task, loop
gc.collect()
print("end")
