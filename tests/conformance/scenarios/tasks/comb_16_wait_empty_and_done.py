"""COMB-16: wait() refuses an empty set, and suspends even if everything is done already."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    try:
        await asyncio.wait([])
    except ValueError as e:
        print(error(e))

    future = loop.create_future()
    future.set_result(1)
    log = []
    loop.call_soon(log.append, "callback")
    done, pending = await asyncio.wait([future])
    log.append("wait returned")
    print("done", len(done), "pending", len(pending), ", ".join(log))

    done, pending = await asyncio.wait([future, future])
    print("twice the same: done", len(done), "pending", len(pending))


asyncio.run(main())
