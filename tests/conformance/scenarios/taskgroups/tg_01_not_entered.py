"""TG-01: a group must be entered, and only once."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work():
    print("never printed")


async def main():
    group = asyncio.TaskGroup()
    try:
        group.create_task(work())
    except RuntimeError as e:
        print(error(e))
    async with group:
        pass
    try:
        async with group:
            print("not reached")
    except RuntimeError as e:
        print(error(e))


asyncio.run(main())
