"""TG-11: nested groups give nested exception groups."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def show_group(exc, indent=""):
    print(indent + error(exc))
    if isinstance(exc, ExceptionGroup):
        for sub in exc.exceptions:
            show_group(sub, indent + "  ")


async def fail(text):
    raise ValueError(text)


async def inner():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail("inner child 1"))
        group.create_task(fail("inner child 2"))


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(inner())
            async with asyncio.TaskGroup() as second:
                second.create_task(fail("second child"))
    except ExceptionGroup as e:
        show_group(e)
        matched, rest = e.split(ValueError)
        print("matched", error(matched), "rest", error(rest))


asyncio.run(main())
