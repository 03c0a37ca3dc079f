"""LOOP-26: the task factory makes every task, and receives what create_task was given."""

import asyncio
import contextvars


def b(value):
    return "true" if value else "false"


def factory(loop, coro, **kwargs):
    print("factory:", *(f"{key}={kwargs[key]!r}" for key in sorted(kwargs) if key != "context"), "context" in kwargs)
    return asyncio.Task(coro, loop=loop, **kwargs)


def renaming(loop, coro, *, name=None, **kwargs):
    return asyncio.Task(coro, loop=loop, name=f"my {name}", **kwargs)


def constructor(coro, *, loop, **kwargs):
    return renaming(loop, coro, **kwargs)


def wrapping(loop, coro, **kwargs):
    async def wrapper():
        print("before")
        try:
            return await coro
        finally:
            print("after")

    return asyncio.Task(wrapper(), loop=loop, **kwargs)


def failing(loop, coro, **kwargs):
    coro.close()
    raise ValueError("no tasks today")


async def body():
    return 1


async def fails():
    raise ValueError("of the coroutine")


async def main():
    loop = asyncio.get_running_loop()
    print("at first", loop.get_task_factory())
    loop.set_task_factory(factory)
    print("set", b(loop.get_task_factory() is factory))
    context = contextvars.copy_context()
    print("create_task")
    await asyncio.create_task(body())
    await asyncio.create_task(body(), name="n", context=context)
    await asyncio.create_task(body(), eager_start=False)
    await loop.create_task(body(), name="m", eager_start=True)
    print("gather")
    await asyncio.gather(body(), body())
    print("wait_for")
    await asyncio.wait_for(body(), 1)
    print("shield")
    await asyncio.shield(body())
    print("TaskGroup")
    async with asyncio.TaskGroup() as group:
        group.create_task(body())
        group.create_task(body(), name="of the group", eager_start=True)
    print("as_completed")
    for earliest in asyncio.as_completed([body()]):
        await earliest
    print("ensure_future")
    await asyncio.ensure_future(body())
    print("from a thread")
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(body(), loop))
    loop.set_task_factory(renaming)
    print("named", asyncio.create_task(body(), name="task").get_name())
    loop.set_task_factory(wrapping)
    print("wrapped", await asyncio.create_task(body()))
    try:
        await asyncio.create_task(fails())
    except ValueError as e:
        print("wrapped", repr(e))
    loop.set_task_factory(asyncio.create_eager_task_factory(constructor))
    task = asyncio.create_task(body(), name="eager")
    print(task.get_name(), b(task.done()))
    task = asyncio.create_task(body(), name="lazy", eager_start=False)
    print(task.get_name(), b(task.done()))
    loop.set_task_factory(None)
    print("none", loop.get_task_factory(), b((await asyncio.create_task(body())) == 1))
    loop.set_task_factory(failing)
    try:
        asyncio.create_task(body())
    except ValueError as e:
        print("create_task raises", repr(e))
    loop.set_task_factory(None)


def before():
    loop = asyncio.new_event_loop()
    loop.set_task_factory(factory)
    print("run_until_complete")
    print(loop.run_until_complete(body()))
    loop.close()


before()
asyncio.run(main())
