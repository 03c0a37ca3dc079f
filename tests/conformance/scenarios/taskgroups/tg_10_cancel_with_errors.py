"""TG-10: errors of the children are raised although the group was cancelled."""
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
        raise ValueError("cleanup")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail_on_cancel())
            await asyncio.sleep(0)
            group.cancel()
    except ExceptionGroup as e:
        print(error(e), "-", error(e.exceptions[0]))
    print("cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
