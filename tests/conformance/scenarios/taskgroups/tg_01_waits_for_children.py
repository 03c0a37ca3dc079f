"""TG-01: the group waits for all children, and children may create more while it waits."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def child(group, name, depth):
    print("start", name)
    await asyncio.sleep(0)
    if depth:
        group.create_task(child(group, name + "." + str(depth), depth - 1))
    await asyncio.sleep(0)
    print("end", name)
    return name


async def main():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(child(group, "a", 2))
        group.create_task(child(group, "b", 0))
        print("body ends, done", flag(task.done()))
    print("after the group, done", flag(task.done()), task.result())


asyncio.run(main())
