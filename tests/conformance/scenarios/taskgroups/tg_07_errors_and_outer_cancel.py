"""TG-07: with errors and an outer cancel the group is raised and the next await raises CancelledError."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def fail_on_cancel():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        raise ValueError("child")


async def program():
    task = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail_on_cancel())
            await asyncio.sleep(1)
    except ExceptionGroup as e:
        print(error(e), "-", error(e.exceptions[0]))
    print("cancelling", task.cancelling())
    try:
        await asyncio.sleep(0)
        print("not reached")
    except asyncio.CancelledError as e:
        print("next await:", error(e))
    await asyncio.sleep(0)
    print("the one after goes on, cancelling", task.cancelling())


async def main():
    task = asyncio.create_task(program())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel("outer")
    await task


asyncio.run(main())
