"""FUT-11: awaiting a done future or task does not suspend."""

import asyncio


async def value():
    return "task"


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result("future")
    task = asyncio.create_task(value())
    await asyncio.sleep(0)
    failed = loop.create_future()
    failed.set_exception(ValueError("boom"))

    loop.call_soon(print, "the loop turned")
    print(await future)
    print(await task)
    try:
        await failed
    except ValueError as e:
        print("caught", e)
    print("now main suspends")
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
