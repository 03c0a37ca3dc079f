"""TG-06: the group's own cancel of the body is undone; an outer cancel goes through when there are no errors."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def fail():
    raise ValueError("child")


async def waiting():
    try:
        await asyncio.sleep(1)
    finally:
        print("child ends")


async def with_outer_cancel():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waiting())
            await asyncio.sleep(1)
    except asyncio.CancelledError as e:
        print("group raised", error(e), "cancelling", asyncio.current_task().cancelling())
        raise


async def outer_cancel_at_exit():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waiting())
    except asyncio.CancelledError as e:
        print("group raised", error(e), "cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    task = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            await asyncio.sleep(1)
    except ExceptionGroup:
        print("own cancel: cancelling", task.cancelling())

    for function in (with_outer_cancel, outer_cancel_at_exit):
        child = asyncio.create_task(function())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        child.cancel("outer")
        await asyncio.wait([child])
        print("task cancelled", flag(child.cancelled()))


asyncio.run(main())
