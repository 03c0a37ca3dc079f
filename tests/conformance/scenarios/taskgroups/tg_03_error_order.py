"""TG-03: errors in completion order, body last."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def fail(name, steps):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        for _ in range(steps):
            await asyncio.sleep(0)
        raise ValueError(name)


async def fail_now():
    await asyncio.sleep(0)
    raise ValueError("trigger")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("slow", 8))
            group.create_task(fail("quick", 0))
            group.create_task(fail_now())
            group.create_task(fail("medium", 4))
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                raise KeyError("body")
    except ExceptionGroup as e:
        print(error(e))
        for sub in e.exceptions:
            print(error(sub))
        print("cause", error(e.__cause__))


asyncio.run(main())
