"""TG-14: leaving a group without children does not suspend."""
import asyncio


async def quick():
    return None


async def main():
    loop = asyncio.get_running_loop()
    log = []
    loop.call_soon(log.append, "callback")
    async with asyncio.TaskGroup():
        log.append("body")
    log.append("after the group")
    await asyncio.sleep(0)
    print(", ".join(log))

    log.clear()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(quick())
        await task
        await asyncio.sleep(0)
        loop.call_soon(log.append, "callback")
    log.append("after the group")
    await asyncio.sleep(0)
    print(", ".join(log))

    log.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(quick())
        loop.call_soon(log.append, "callback")
    log.append("after the group")
    print(", ".join(log))


asyncio.run(main())
