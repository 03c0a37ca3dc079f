"""LOOP-27: what the calls of an asynchronous generator do in each of its states."""

import asyncio


async def show(awaitable):
    try:
        print("->", await awaitable)
    except StopAsyncIteration:
        print("-> end")
    except BaseException as e:
        print("raises", f"{type(e).__name__}({e})")


async def sends():
    try:
        x = yield 1
        print("got", x)
        yield 2
    except GeneratorExit:
        print("closing")
        await asyncio.sleep(0)
        print("closed")
        raise
    except ValueError as e:
        print("caught", e)
        yield 3


async def plain():
    print("never printed")
    yield 1


async def ignores():
    try:
        yield 1
    except GeneratorExit:
        pass
    yield 2


async def fails_at_the_end():
    try:
        yield 1
    finally:
        raise ValueError("cleaning up")


async def raises():
    yield 1
    raise ValueError("of the body")


async def slow():
    await asyncio.sleep(0.01)
    yield 1


async def runs_itself():
    await show(anext(generators[0]))
    yield 1


generators = []


async def main():
    print("asend and anext")
    g = sends()
    await show(g.asend(5))
    await show(anext(g))
    await show(g.asend(7))
    await show(anext(g))
    await show(anext(g))
    await show(g.asend(3))
    await show(g.aclose())
    print("athrow at the start")
    g = plain()
    await show(g.athrow(ValueError("thrown")))
    await show(anext(g))
    print("athrow")
    g = sends()
    await show(anext(g))
    await show(g.athrow(ValueError("thrown")))
    await show(anext(g))
    print("aclose at the start")
    g = plain()
    await show(g.aclose())
    await show(anext(g))
    print("aclose")
    g = sends()
    await show(anext(g))
    await show(g.aclose())
    await show(g.aclose())
    await show(anext(g))
    print("aclose is ignored")
    g = ignores()
    await show(anext(g))
    await show(g.aclose())
    await show(anext(g))
    await show(g.aclose())
    print("aclose fails")
    g = fails_at_the_end()
    await show(anext(g))
    await show(g.aclose())
    await show(g.aclose())
    print("the body raises")
    g = raises()
    await show(anext(g))
    await show(anext(g))
    await show(anext(g))
    print("already running")
    g = slow()
    task = asyncio.create_task(show(anext(g)))
    await asyncio.sleep(0)
    await show(anext(g))
    await show(g.athrow(ValueError("thrown")))
    await show(g.aclose())
    await task
    await show(anext(g))
    print("already closing")
    g = sends()
    await show(anext(g))
    task = asyncio.create_task(show(g.aclose()))
    await asyncio.sleep(0)
    await show(anext(g))
    await show(g.aclose())
    await task
    print("cancelled")
    g = slow()
    task = asyncio.create_task(show(anext(g)))
    await asyncio.sleep(0)
    task.cancel("by main")
    await task
    await show(anext(g))
    print("by itself")
    generators.append(runs_itself())
    await show(anext(generators[0]))
    await generators[0].aclose()


asyncio.run(main())
