"""TG-10: an outer cancel that comes while the group is being cancelled is kept."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def slow_to_end():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        for _ in range(10):
            await asyncio.sleep(0)
        print("child ends")
        raise


async def program():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow_to_end())
            await asyncio.sleep(0)
            group.cancel()
        print("not reached")
    except asyncio.CancelledError as e:
        print("group raised", error(e), "cancelling", asyncio.current_task().cancelling())
        raise


async def main():
    task = asyncio.create_task(program())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel("outer")
    await asyncio.wait([task])
    print("task cancelled", flag(task.cancelled()))


asyncio.run(main())
