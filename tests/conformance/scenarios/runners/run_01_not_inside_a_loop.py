"""RUN-01: run() fails when a loop runs in this thread, and passes on what main raises."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


async def inner():
    print("never")


async def main():
    coroutine = inner()
    try:
        asyncio.run(coroutine)
    except RuntimeError as e:
        print("run", err(e))
    with_runner = asyncio.Runner()
    try:
        with_runner.run(coroutine)
    except RuntimeError as e:
        print("Runner.run", err(e))
    with_runner.close()
    coroutine.close()
    raise ValueError("from main")


try:
    asyncio.run(main())
except ValueError as e:
    print("caught", err(e))
