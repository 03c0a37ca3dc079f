"""COMB-22: gather() of children that are all done is done at once."""
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
    first, second = loop.create_future(), loop.create_future()
    first.set_result(1)
    second.set_result(2)
    outer = asyncio.gather(first, second)
    print("done", flag(outer.done()))
    print("sum", sum(outer.result()))
    log = []
    loop.call_soon(log.append, "callback")
    await outer
    print("callbacks that ran during await", len(log))

    failed = loop.create_future()
    failed.set_exception(ValueError("broken"))
    outer = asyncio.gather(first, failed)
    print("done", flag(outer.done()), error(outer.exception()))

    pending = loop.create_future()
    outer = asyncio.gather(first, pending)
    print("done", flag(outer.done()))
    pending.set_result(3)
    print("done", flag(outer.done()))
    print("sum", sum(await outer))


asyncio.run(main())
