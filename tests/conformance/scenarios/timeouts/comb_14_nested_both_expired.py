"""COMB-14: two timeouts that expire in one tick both convert, from the inside out."""
import asyncio
import time


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    task = asyncio.current_task()
    try:
        async with asyncio.timeout(0.01) as outer:
            try:
                async with asyncio.timeout(0.03) as inner:
                    time.sleep(0.06)
                    await asyncio.sleep(1)
            except TimeoutError:
                print("inner TimeoutError")
            except asyncio.CancelledError:
                print("inner CancelledError")
                raise
            finally:
                print("expired", flag(outer.expired()), flag(inner.expired()), "cancelling", task.cancelling())
            await asyncio.sleep(0)
            print("not reached")
    except TimeoutError as e:
        print("outer", error(e))
    print("cancelling", task.cancelling())


asyncio.run(main())
