"""LOOP-13: what escapes run_until_complete(coroutine) counts as retrieved, a task's own not."""

import asyncio
import gc


def handler(loop, context):
    print("handler", context["message"], type(context["exception"]).__name__)


async def interrupted():
    raise KeyboardInterrupt


def run(make):
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(handler)
    try:
        loop.run_until_complete(make(loop))
    except KeyboardInterrupt:
        print("caught KeyboardInterrupt")
    loop.close()


print("coroutine")
run(lambda loop: interrupted())
gc.collect()
print("task")
run(lambda loop: loop.create_task(interrupted()))
gc.collect()
print("end")
