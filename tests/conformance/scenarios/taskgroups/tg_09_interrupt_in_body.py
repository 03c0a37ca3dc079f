"""TG-09: KeyboardInterrupt from the body cancels and awaits the children, then comes out bare."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def waiting(name, steps, log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        for _ in range(steps):
            await asyncio.sleep(0)
        log.append(name + " cleaned up")
        raise


async def fail_on_cancel(log):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        log.append("child fails")
        raise ValueError("child")


async def main(log):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print("handler:", context["message"], "-", error(context.get("exception")))
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(waiting("quick", 0, log))
        group.create_task(waiting("slow", 5, log))
        group.create_task(fail_on_cancel(log))
        await asyncio.sleep(0)
        raise KeyboardInterrupt("from the body")


log = []
try:
    asyncio.run(main(log))
except KeyboardInterrupt as e:
    print(error(e))
print(", ".join(sorted(log)))
