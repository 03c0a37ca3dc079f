"""TASK-17: a task that awaits itself gets a RuntimeError."""

import asyncio


async def body():
    try:
        await asyncio.current_task()
    except RuntimeError as e:
        print("caught", type(e).__name__, str(e).split(":")[0])
    return "value"


async def main():
    print("result", await asyncio.create_task(body()))


asyncio.run(main())
