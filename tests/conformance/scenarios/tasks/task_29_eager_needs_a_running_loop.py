"""TASK-29: while the loop is not running, the first step of an eager task is scheduled."""

import asyncio


def b(value):
    return "true" if value else "false"


async def body(name):
    print("begin", name)
    return name


async def inside(other):
    task = other.create_task(body("for the other loop"), eager_start=True)
    print("inside of another loop's run, done:", b(task.done()))
    return task


loop = asyncio.new_event_loop()
task = loop.create_task(body("first"), eager_start=True)
print("before the run, done:", b(task.done()))
print(loop.run_until_complete(task))
loop.set_task_factory(asyncio.eager_task_factory)
print(loop.run_until_complete(body("second")))
task = asyncio.run(inside(loop))
print(loop.run_until_complete(task))
loop.close()
