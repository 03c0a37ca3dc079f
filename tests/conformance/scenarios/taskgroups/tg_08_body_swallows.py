"""TG-08: a body that swallows the group's cancel goes on, the errors are raised at the end."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def fail():
    raise ValueError("child")


async def main():
    task = asyncio.current_task()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                print("swallowed, cancelling", task.cancelling())
            await asyncio.sleep(0)
            print("body goes on, cancelling", task.cancelling())
    except ExceptionGroup as e:
        print(error(e), "-", error(e.exceptions[0]))
    print("cancelling", task.cancelling())


asyncio.run(main())
