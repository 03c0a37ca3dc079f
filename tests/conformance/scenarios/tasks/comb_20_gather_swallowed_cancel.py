"""COMB-20: gather() that was cancelled raises CancelledError even if its children swallow it."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def stubborn(name):
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        print(name, "swallows")
    return name


async def attempt(title, **options):
    outer = asyncio.gather(stubborn("a"), stubborn("b"), **options)
    await asyncio.sleep(0)
    outer.cancel("stop")
    try:
        print(title, await outer)
    except asyncio.CancelledError as e:
        print(title, error(e))
    print(title, "cancelled()", flag(outer.cancelled()))


async def main():
    await attempt("plain")
    await attempt("return_exceptions", return_exceptions=True)


asyncio.run(main())
