"""TG-02: the first failure cancels the other children and the body."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def waiting(name, log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError as e:
        log.append(f"{name} got {error(e)}")
        raise


async def fail():
    await asyncio.sleep(0.01)
    raise ValueError("child")


async def main():
    task = asyncio.current_task()
    log = []
    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(waiting("first", log))
            group.create_task(fail())
            second = group.create_task(waiting("second", log))
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError as e:
                print("body got", error(e), "cancelling", task.cancelling())
                raise
    except ExceptionGroup as e:
        print(error(e), "-", error(e.exceptions[0]))
    # the order in which a group cancels its children is not defined
    print(", ".join(sorted(log)))
    print("cancelled", flag(first.cancelled()), flag(second.cancelled()))
    print("cancelling", task.cancelling())


asyncio.run(main())
