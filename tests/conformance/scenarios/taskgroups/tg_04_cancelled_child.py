"""TG-04: a child that ends cancelled is no error."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def waiting(name):
    try:
        await asyncio.sleep(1)
    finally:
        print(name, "ends")


async def raises_cancelled():
    raise asyncio.CancelledError("by itself")


async def main():
    async with asyncio.TaskGroup() as group:
        first = group.create_task(waiting("first"))
        second = group.create_task(raises_cancelled())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        print("body goes on")
    print("cancelled", flag(first.cancelled()), flag(second.cancelled()))


asyncio.run(main())
