"""COMB-08: result and deadline in one tick: the timer decides if it runs before the waiter's step."""
import asyncio
import time


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def attempt(result_at, deadline):
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def finish():
        if not future.done():
            future.set_result("value")

    loop.call_later(result_at, finish)
    try:
        print(await asyncio.wait_for(block_and_wait(future), deadline))
    except TimeoutError as e:
        print(error(e))
    print("future cancelled", flag(future.cancelled()), "done", flag(future.done()))


async def block_and_wait(future):
    time.sleep(0.06)
    return await future


async def main():
    # both times pass while the loop is blocked, so both timers run in one tick
    print("result first")
    await attempt(0.01, 0.03)
    print("deadline first")
    await attempt(0.03, 0.01)


asyncio.run(main())
