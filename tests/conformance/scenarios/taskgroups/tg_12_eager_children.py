"""TG-12: an eager child that is done already is dealt with one iteration later; one may cancel its own group."""

import asyncio


def b(value):
    return "true" if value else "false"


async def value():
    return 1


async def fails():
    raise ValueError("at once")


async def waits(name):
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        print("cancelled", name)
        raise


async def cancels(group):
    group.cancel()
    await waits("the one that cancels")


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(value())
        print("done", b(task.done()))
    print("left", task.result())
    try:
        async with asyncio.TaskGroup() as group:
            other = group.create_task(waits("the other"))
            failed = group.create_task(fails())
            print("failed", b(failed.done()), "the body goes on", b(other.done()))
            third = group.create_task(waits("the third"))
            await asyncio.sleep(0)
            print("one pass later", b(other.done()), b(third.done()))
            await asyncio.sleep(1000)
    except ExceptionGroup as e:
        print(repr(e.exceptions), b(other.cancelled()), b(third.cancelled()))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(cancels(group))
        print("not done", b(task.done()), task.cancelling())
        await asyncio.sleep(0)
        print("never")
    print("left", b(task.cancelled()))
    print("a body without an await")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            print("end of the body")
    except ExceptionGroup as e:
        print(repr(e.exceptions))


asyncio.run(main())
