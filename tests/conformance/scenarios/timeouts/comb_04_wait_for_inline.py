"""COMB-04: wait_for() runs the coroutine in the caller's own task and context."""
import asyncio
import contextvars


def flag(value):
    return "true" if value else "false"


VAR = contextvars.ContextVar("VAR", default="unset")


async def inner(log):
    log.append("inner task is caller " + flag(asyncio.current_task().get_name() == "caller"))
    VAR.set("set inside")
    return 5


async def main():
    asyncio.current_task().set_name("caller")
    loop = asyncio.get_running_loop()
    log = []
    loop.call_soon(log.append, "callback")
    result = await asyncio.wait_for(inner(log), 1)
    print(result, ", ".join(log))
    print(VAR.get())
    print(await asyncio.wait_for(inner(log), None))
    print("tasks", len(asyncio.all_tasks()))


asyncio.run(main())
