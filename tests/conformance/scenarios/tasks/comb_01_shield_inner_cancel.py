"""COMB-01: a cancelled inner cancels the outer; shield() of a done future is that future."""
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
    inner = loop.create_future()
    outer = asyncio.shield(inner)
    inner.cancel("gone")
    print("at once", flag(outer.done()))
    try:
        await outer
    except asyncio.CancelledError as e:
        print("outer:", error(e))
    print("outer cancelled", flag(outer.cancelled()))

    failing = loop.create_future()
    outer = asyncio.shield(failing)
    failing.set_exception(ValueError("broken"))
    try:
        await outer
    except ValueError as e:
        print("outer:", error(e))

    done = loop.create_future()
    done.set_result(1)
    print("same", flag(asyncio.shield(done) is done))
    pending = loop.create_future()
    outer = asyncio.shield(pending)
    print("same", flag(outer is pending))
    pending.set_result(2)
    print("result", await outer)


asyncio.run(main())
