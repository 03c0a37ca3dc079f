"""TG-02: a failure while the group waits at its end does not show as a cancel of the body."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def waiting(name):
    try:
        await asyncio.sleep(1)
    finally:
        print(name, "ends")


async def fail():
    raise ValueError("child")


async def main():
    task = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waiting("first"))
            group.create_task(fail())
            print("body ends")
    except ExceptionGroup as e:
        print(error(e), "-", error(e.exceptions[0]))
    print("cancelling", task.cancelling())
    await asyncio.sleep(0)
    print("not cancelled")


asyncio.run(main())
