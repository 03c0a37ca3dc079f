"""COMB-26: cancelling a staggered race cancels its attempts and waits for them; no attempt starts any more."""
import asyncio
from asyncio.staggered import staggered_race
from functools import partial


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def attempt(name, steps, got, log):
    log.append("start " + name)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as e:
        got.append(f"{name} got {error(e)}")
        for _ in range(steps):
            await asyncio.sleep(0)
        log.append(name + " ends")
        if name == "failing":
            raise ValueError(name)
        raise


async def main():
    for delay in (0, 10):
        got, log = [], []
        names = [("slow", 6), ("quick", 0), ("failing", 3)]
        coro_fns = [partial(attempt, name, steps, got, log) for name, steps in names]
        task = asyncio.create_task(staggered_race(coro_fns, delay))
        for _ in range(20):
            await asyncio.sleep(0)
        print("cancel", flag(task.cancel("stop")))
        try:
            await task
        except asyncio.CancelledError as e:
            log.append("race " + error(e))
        # the order in which a race cancels its attempts is not defined
        print(", ".join(sorted(got)))
        print(", ".join(log))
        print("cancelled", flag(task.cancelled()), "tasks left", len(asyncio.all_tasks()))


asyncio.run(main())
