"""STR-01: a limit of zero is refused."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    try:
        await asyncio.open_connection("127.0.0.1", 1, limit=0)
    except ValueError as e:
        print(error(e))
    try:
        asyncio.StreamReader(limit=0)
    except ValueError as e:
        print(error(e))


asyncio.run(main())
