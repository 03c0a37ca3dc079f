"""FUT-06: set_exception takes any exception; awaiting raises it, as often as it is awaited."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def main():
    loop = asyncio.get_running_loop()
    for exception in (ValueError("bad value"), RuntimeError("bad run"), asyncio.TimeoutError()):
        future = loop.create_future()
        future.set_exception(exception)
        for attempt in ("first", "second"):
            try:
                await future
            except Exception as e:
                print(attempt, "await", err(e))
        print("same exception", b(future.exception() is exception))
        print("cancelled", b(future.cancelled()))


asyncio.run(main())
