"""TASK-15: cancel goes to the innermost awaited task; its clean-up runs before the outer ones."""

import asyncio


def b(value):
    return "true" if value else "false"


async def inner():
    try:
        await asyncio.sleep(10)
    finally:
        print("inner cleans up")
        await asyncio.sleep(0)
        print("inner is clean")


async def middle():
    try:
        await tasks["inner"]
    finally:
        print("middle cleans up")


async def outer():
    try:
        await tasks["middle"]
    finally:
        print("outer cleans up")


async def main():
    tasks["inner"] = asyncio.create_task(inner())
    tasks["middle"] = asyncio.create_task(middle())
    tasks["outer"] = asyncio.create_task(outer())
    await asyncio.sleep(0)
    tasks["outer"].cancel()
    for name, task in tasks.items():
        print(name, "cancelling", task.cancelling(), "done", b(task.done()))
    try:
        await tasks["outer"]
    except asyncio.CancelledError:
        print("main sees the cancellation")
    for name, task in tasks.items():
        print(name, "cancelled", b(task.cancelled()))


tasks = {}
asyncio.run(main())
