"""STR-01: a limit of zero or less is refused."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    for limit in (0, -1):
        try:
            await asyncio.open_connection("127.0.0.1", 1, limit=limit)
        except ValueError as e:
            print(error(e))


asyncio.run(main())
