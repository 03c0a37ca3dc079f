"""COMB-13: an error raised while a timeout cancels the body gets a TimeoutError into its chain."""
import asyncio


def chain(exc):
    names = []
    while exc is not None:
        names.append(type(exc).__name__)
        exc = exc.__context__
    return " <- ".join(names)


async def child():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        raise ValueError("child failed")


async def main():
    try:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                raise KeyError("cleanup")
    except KeyError as e:
        print(chain(e))

    try:
        async with asyncio.timeout(0.01):
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
    except ExceptionGroup as e:
        print(str(e))
        print(chain(e.exceptions[0]))

    try:
        async with asyncio.timeout(10):
            try:
                raise KeyError("no timeout")
            finally:
                await asyncio.sleep(0)
    except KeyError as e:
        print(chain(e))


asyncio.run(main())
