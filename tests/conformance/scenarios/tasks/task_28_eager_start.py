"""TASK-28: an eager task runs inside of create_task until it first suspends."""

import asyncio
import contextvars

var = contextvars.ContextVar("var", default="unset")


def b(value):
    return "true" if value else "false"


def names(tasks):
    return " ".join(sorted(task.get_name() for task in tasks))


async def quick(log):
    task = asyncio.current_task()
    print("quick is current", task.get_name(), "and listed with", names(asyncio.all_tasks()))
    print("it sees", var.get())
    var.set("quick's")
    return 1


async def slow(log):
    print("slow begins in", asyncio.current_task().get_name())
    await asyncio.sleep(0)
    print("slow goes on in", asyncio.current_task().get_name())
    return 2


async def fails():
    raise ValueError("at once")


async def nested(depth):
    print("down", depth, asyncio.current_task().get_name())
    if depth:
        asyncio.create_task(nested(depth - 1), name=f"n{depth - 1}", eager_start=True)
    print("up", depth, asyncio.current_task().get_name())


async def main():
    loop = asyncio.get_running_loop()
    asyncio.current_task().set_name("main")
    var.set("main's")
    loop.call_soon(print, "a callback")
    task = asyncio.create_task(quick([]), name="quick", eager_start=True)
    print("done", b(task.done()), task.result(), "and current is", asyncio.current_task().get_name())
    print("main sees", var.get(), "and the task's context has", task.get_context()[var])
    task.add_done_callback(lambda _: print("the callback of quick"))
    print("listed", names(asyncio.all_tasks()))
    slower = asyncio.create_task(slow([]), name="slow", eager_start=True)
    print("slow is done", b(slower.done()), "listed", names(asyncio.all_tasks()))
    usual = asyncio.create_task(slow([]), name="usual", eager_start=False)
    print("nothing of usual")
    print("results", await slower, await usual)
    failed = asyncio.create_task(fails(), eager_start=True)
    print("failed", b(failed.done()), repr(failed.exception()))
    asyncio.create_task(nested(3), name="n3", eager_start=True)
    print("at the end", asyncio.current_task().get_name())


asyncio.run(main())
