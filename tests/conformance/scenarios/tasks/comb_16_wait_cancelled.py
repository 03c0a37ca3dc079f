"""COMB-16: cancelling wait() does not touch the children."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def child(name, gate):
    try:
        await gate
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise
    print(name, "finished")


async def main():
    gate = asyncio.get_running_loop().create_future()
    first = asyncio.create_task(child("first", asyncio.shield(gate)))
    second = asyncio.create_task(child("second", asyncio.shield(gate)))
    waiting = asyncio.create_task(asyncio.wait([first, second]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel("enough")
    try:
        await waiting
    except asyncio.CancelledError as e:
        print("wait:", error(e))
    print("children done", flag(first.done()), flag(second.done()))
    gate.set_result(None)
    await first
    await second


asyncio.run(main())
