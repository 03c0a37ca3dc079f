"""TASK-18: only its coroutine ends a task: set_result and set_exception are refused."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


async def body():
    await asyncio.sleep(0)
    return "from the coroutine"


async def main():
    task = asyncio.create_task(body())
    for when in ("pending", "done"):
        try:
            task.set_result("from outside")
        except RuntimeError as e:
            print(when, err(e))
        try:
            task.set_exception(ValueError("from outside"))
        except RuntimeError as e:
            print(when, err(e))
        print("result", await task)


asyncio.run(main())
