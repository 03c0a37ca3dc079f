"""TG-05: an error of the body cancels the children and is wrapped even if alone."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def waiting():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print("child cancelled")
        raise


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waiting())
            await asyncio.sleep(0)
            raise ValueError("body")
    except ExceptionGroup as e:
        print(error(e))
        print(error(e.exceptions[0]))

    try:
        async with asyncio.TaskGroup():
            raise ValueError("no children")
    except ExceptionGroup as e:
        print(error(e))
        print(error(e.exceptions[0]))


asyncio.run(main())
