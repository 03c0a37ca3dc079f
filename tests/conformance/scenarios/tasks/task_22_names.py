"""TASK-22: a task is called Task-N unless named; every N is new; names can be changed."""

import asyncio


def b(value):
    return "true" if value else "false"


def number(task):
    name = task.get_name()
    print("begins with Task-", b(name.startswith("Task-")))
    return int(name.removeprefix("Task-"))


async def body():
    print("inside", asyncio.current_task().get_name())


async def main():
    first = asyncio.create_task(asyncio.sleep(0))
    second = asyncio.create_task(asyncio.sleep(0))
    print("second number is greater", b(number(first) < number(second)))
    named = asyncio.create_task(body(), name="worker")
    print("named", named.get_name())
    first.set_name("renamed")
    print("renamed", first.get_name())
    await named
    await first
    await second
    print("after the end", named.get_name(), first.get_name())


asyncio.run(main())
