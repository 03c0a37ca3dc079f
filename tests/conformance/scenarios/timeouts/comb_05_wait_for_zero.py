"""COMB-05: wait_for() with no time left: a done future gives its result, a coroutine never starts."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work():
    print("never printed")
    return 1


async def running(log):
    try:
        await asyncio.sleep(1)
    finally:
        log.append("running task cleaned up")


async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    done.set_result(3)
    print(await asyncio.wait_for(done, 0))

    for timeout in (0, -1):
        try:
            await asyncio.wait_for(work(), timeout)
        except TimeoutError as e:
            print(timeout, error(e), "from", error(e.__cause__))

    pending = loop.create_future()
    try:
        await asyncio.wait_for(pending, 0)
    except TimeoutError as e:
        print(error(e), "future cancelled", flag(pending.cancelled()))

    log = []
    task = asyncio.create_task(running(log))
    await asyncio.sleep(0)
    try:
        await asyncio.wait_for(task, 0)
    except TimeoutError as e:
        print(error(e), ", ".join(log) + ",", "task cancelled", flag(task.cancelled()))
    print("cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
