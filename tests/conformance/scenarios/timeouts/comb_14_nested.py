"""COMB-14: of nested timeouts only the one that expired converts, and the cancel count stays balanced."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def attempt(title, outer_delay, inner_delay):
    task = asyncio.current_task()
    outer = inner = None
    try:
        async with asyncio.timeout(outer_delay) as outer:
            try:
                async with asyncio.timeout(inner_delay) as inner:
                    await asyncio.sleep(1)
            except TimeoutError:
                print(title, "inner TimeoutError, cancelling", task.cancelling())
            except asyncio.CancelledError:
                print(title, "inner CancelledError, cancelling", task.cancelling())
                raise
            await asyncio.sleep(0)
            print(title, "outer body goes on")
    except TimeoutError:
        print(title, "outer TimeoutError")
    print(title, "expired", flag(outer.expired()), flag(inner.expired()), "cancelling", task.cancelling())


async def main():
    await attempt("inner first:", 1, 0.01)
    await attempt("outer first:", 0.01, 1)


asyncio.run(main())
