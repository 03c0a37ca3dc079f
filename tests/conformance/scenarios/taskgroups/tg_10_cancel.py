"""TG-10: TaskGroup.cancel() ends children and body without raising, and may be called again."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def waiting(name):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def canceller(group):
    await asyncio.sleep(0)
    group.cancel()
    group.cancel()


async def main():
    task = asyncio.current_task()
    async with asyncio.TaskGroup() as group:
        child = group.create_task(waiting("child"))
        group.create_task(canceller(group))
        await waiting("body")
        print("not reached")
    print("after the group, child cancelled", flag(child.cancelled()), "cancelling", task.cancelling())
    group.cancel()
    await asyncio.sleep(0)
    print("cancel after exit does nothing")

    async with asyncio.TaskGroup() as group:
        group.cancel()
        print("body runs on to its next await")
        await asyncio.sleep(0)
        print("not reached")
    print("cancelling", task.cancelling())

    async with asyncio.TaskGroup() as group:
        child = group.create_task(waiting("never started"))
        group.cancel()
    print("no await in the body: child cancelled", flag(child.cancelled()))
    await asyncio.sleep(0)
    print("cancelling", task.cancelling())


asyncio.run(main())
