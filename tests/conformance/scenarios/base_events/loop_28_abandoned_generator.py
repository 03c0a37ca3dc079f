"""LOOP-28: a generator that is dropped at a yield is closed by a task of the loop."""

import asyncio
import contextvars
import gc

var = contextvars.ContextVar("var", default="unset")


def handler(loop, context):
    print("reported:", context["message"], repr(context["exception"]))


async def generator(name, error=None):
    try:
        for number in range(10):
            yield number
    finally:
        current = asyncio.current_task()
        print("cleaning up", name, "in main" if current is main_task else "in a task of its own", var.get())
        await asyncio.sleep(0)
        print("cleaned up", name)
        if error is not None:
            raise error


async def consume(name, error=None):
    async for number in generator(name, error):
        if number == 2:
            break


async def main():
    global main_task
    main_task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    var.set("main's")
    await consume("broken off")
    print("back in main")
    for turn in range(5):
        print("turn", turn)
        await asyncio.sleep(0)
    await consume("failing", ValueError("at the end"))
    for turn in range(5):
        await asyncio.sleep(0)
    gc.collect()
    print("exhausted", [number async for number in generator("exhausted")])
    g = generator("not begun")
    del g
    await asyncio.sleep(0)
    await consume("at the very end")
    print("main ends")


asyncio.run(main())
