"""COMB-16: FIRST_EXCEPTION ignores cancelled futures."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    cancelled = loop.create_future()
    failing = loop.create_future()
    never = loop.create_future()
    waiting = asyncio.create_task(wait_first([cancelled, failing, never]))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("after cancel, wait done", flag(waiting.done()))
    failing.set_exception(ValueError("x"))
    done, pending = await waiting
    print("done", len(done), "pending", len(pending))
    print("both done", flag(cancelled in done and failing in done))
    print("error:", error(failing.exception()))

    first, second = loop.create_future(), loop.create_future()
    first.cancel()
    loop.call_soon(second.cancel)
    done, pending = await wait_first([first, second])
    print("all cancelled: done", len(done), "pending", len(pending))


async def wait_first(futures):
    return await asyncio.wait(futures, return_when=asyncio.FIRST_EXCEPTION)


asyncio.run(main())
