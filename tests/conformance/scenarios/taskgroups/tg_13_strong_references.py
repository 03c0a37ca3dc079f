"""TG-13: the group keeps children alive that nobody else refers to."""
import asyncio
import gc


async def child(log):
    await asyncio.sleep(0.01)
    log.append("finished")


async def main():
    log = []
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(child(log))
        await asyncio.sleep(0)
        gc.collect()
    print(", ".join(log))


asyncio.run(main())
