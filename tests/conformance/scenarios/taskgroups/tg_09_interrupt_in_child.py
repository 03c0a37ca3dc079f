"""TG-09: KeyboardInterrupt from a child leaves the loop at once; the shutdown ends everything else."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def waiting(log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        log.append("child cancelled")
        raise


async def interrupt():
    await asyncio.sleep(0)
    raise KeyboardInterrupt("from a child")


async def main(log):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waiting(log))
            group.create_task(interrupt())
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                log.append("body cancelled")
                raise
    except KeyboardInterrupt as e:
        log.append("group raised " + error(e))


log = []
try:
    asyncio.run(main(log))
except KeyboardInterrupt as e:
    print(error(e))
print(", ".join(sorted(log)))
