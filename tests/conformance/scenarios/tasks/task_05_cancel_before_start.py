"""TASK-05: cancel before the first step: the body never runs."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def body():
    print("never: start")
    try:
        await asyncio.sleep(0)
    finally:
        print("never: finally")


async def main():
    task = asyncio.create_task(body())
    print("cancel", b(task.cancel("too early")))
    print("done", b(task.done()), "cancelling", task.cancelling())
    try:
        await task
    except asyncio.CancelledError as e:
        print("caught", err(e))
    print("cancelled", b(task.cancelled()))


asyncio.run(main())
