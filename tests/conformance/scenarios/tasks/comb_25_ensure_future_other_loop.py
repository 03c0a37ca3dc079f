"""COMB-25: ensure_future() refuses a future of another loop."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    other = asyncio.new_event_loop()
    try:
        future = other.create_future()
        asyncio.ensure_future(future, loop=asyncio.get_running_loop())
    except ValueError as e:
        print(error(e))
    finally:
        other.close()


asyncio.run(main())
