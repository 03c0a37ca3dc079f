"""COMB-02: after the outer was cancelled, an error of the inner is reported when it is dropped, if never retrieved."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()

    def handler(loop, context):
        print("handler:", context["message"])
        print("handler:", error(context["exception"]))

    loop.set_exception_handler(handler)

    inner = loop.create_future()
    outer = asyncio.shield(inner)
    outer.cancel()
    await asyncio.sleep(0)
    inner.set_exception(ValueError("late"))
    await asyncio.sleep(0)
    print("drop")
    del inner, outer
    await asyncio.sleep(0)

    inner = loop.create_future()
    outer = asyncio.shield(inner)
    outer.cancel()
    await asyncio.sleep(0)
    inner.set_exception(ValueError("seen"))
    print("retrieved:", error(inner.exception()))
    print("drop")
    del inner, outer
    await asyncio.sleep(0)
    print("end")


asyncio.run(main())
