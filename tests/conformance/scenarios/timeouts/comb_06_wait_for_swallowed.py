"""COMB-06: a callee that swallows the cancellation gives its value, another error keeps the TimeoutError behind it."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def stubborn():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        return "swallowed"


async def failing():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        raise ValueError("cleanup failed")


async def main():
    print(await asyncio.wait_for(stubborn(), 0.01))
    print("cancelling", asyncio.current_task().cancelling())
    try:
        await asyncio.wait_for(failing(), 0.01)
    except ValueError as e:
        print(error(e))
        context = e.__context__
        while context is not None:
            print("while handling", error(context))
            context = context.__context__
    print("cancelling", asyncio.current_task().cancelling())
    print(await asyncio.wait_for(asyncio.create_task(stubborn()), 0.01))


asyncio.run(main())
