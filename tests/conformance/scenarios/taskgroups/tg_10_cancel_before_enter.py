"""TG-10: cancel() before the group is entered cancels it on entry."""
import asyncio


async def main():
    task = asyncio.current_task()
    group = asyncio.TaskGroup()
    group.cancel()
    async with group:
        print("entered, cancelling", task.cancelling())
        await asyncio.sleep(0)
        print("not reached")
    print("after the group, cancelling", task.cancelling())


asyncio.run(main())
