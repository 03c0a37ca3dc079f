"""COMB-05: wait_for() with no time left, under the eager task factory; a task that has ended eagerly gives its result."""

import asyncio


async def quick():
    print("quick starts")
    return "quick"


async def slow():
    print("slow starts")
    try:
        await asyncio.sleep(60)
    finally:
        print("slow ends")


async def attempt(awaitable):
    try:
        print("result:", await asyncio.wait_for(awaitable, 0))
    except TimeoutError as error:
        print("TimeoutError from", type(error.__cause__).__name__)


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    print("a task that has ended")
    await attempt(asyncio.create_task(quick()))
    print("a task that has suspended")
    await attempt(asyncio.create_task(slow()))
    print("a coroutine that would not suspend")
    await attempt(quick())
    print("a coroutine that would suspend")
    await attempt(slow())


asyncio.run(main())
