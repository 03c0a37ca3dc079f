"""LOOP-27: shutdown_asyncgens() closes the generators that have begun, and reports what they raise."""

import asyncio


def handler(loop, context):
    message = context["message"].split(" <")[0]
    print("reported:", message, repr(context["exception"]), "asyncgen" in context)


async def generator(name, passes, error=None):
    try:
        yield name
        yield name
    finally:
        print("cleaning up", name)
        for _ in range(passes):
            await asyncio.sleep(0)
        print("cleaned up", name)
        if error is not None:
            raise error


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    print("nothing to do:", await loop.shutdown_asyncgens())
    for passes, error in ((1, None), (2, ValueError("at the end")), (0, asyncio.CancelledError())):
        g = generator("one", passes, error)
        print(await anext(g))
        print("closed:", await loop.shutdown_asyncgens())
        print("at the end", [name async for name in g])
    unstarted = generator("unstarted", 1)
    finished = generator("finished", 0)
    print([name async for name in finished])
    await loop.shutdown_asyncgens()
    print([name async for name in unstarted])
    late = generator("late", 0)
    print(await anext(late))
    await loop.shutdown_asyncgens()
    g = generator("of run", 3)
    kept.append(g)
    print(await anext(g))
    print("main ends")


kept = []
asyncio.run(main())
