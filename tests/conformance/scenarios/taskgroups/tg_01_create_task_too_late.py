"""TG-01: create_task() on a group that is finished or shutting down is refused."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work():
    print("never printed")


async def fail():
    raise ValueError("child")


async def main():
    async with asyncio.TaskGroup() as group:
        pass
    try:
        group.create_task(work())
    except RuntimeError as e:
        print(error(e))

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                try:
                    group.create_task(work())
                except RuntimeError as e:
                    print(error(e))
                raise
    except ExceptionGroup as e:
        print(error(e))


asyncio.run(main())
