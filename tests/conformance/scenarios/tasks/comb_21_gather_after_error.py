"""COMB-21: gather() that ended with an error cannot be cancelled, and late errors are silent."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def fail(delay, text):
    await asyncio.sleep(delay)
    raise ValueError(text)


async def work(delay):
    await asyncio.sleep(delay)
    return "finished"


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler:", context["message"]))
    sibling = asyncio.create_task(work(0.03))
    outer = asyncio.gather(fail(0.0, "first"), fail(0.01, "second"), sibling)
    try:
        await outer
    except ValueError as e:
        print(error(e))
    print("cancel", flag(outer.cancel()))
    print("sibling cancelling", sibling.cancelling())
    print("sibling", await sibling)
    del outer
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
