"""FUT-04: result() and exception() of a future that is pending, done, failed and cancelled."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def show(name, future):
    print(name, "done", b(future.done()), "cancelled", b(future.cancelled()))
    try:
        print("  result", future.result())
    except BaseException as e:
        print("  result raises", err(e))
    try:
        exception = future.exception()
        print("  exception", "none" if exception is None else err(exception))
    except BaseException as e:
        print("  exception raises", err(e))


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    show("pending", future)
    future.set_result("value")
    show("result", future)

    future = loop.create_future()
    future.set_exception(ValueError("boom"))
    show("exception", future)
    show("exception again", future)

    future = loop.create_future()
    future.cancel()
    show("cancelled", future)

    future = loop.create_future()
    future.cancel("a message")
    show("cancelled with a message", future)
    show("and again", future)


asyncio.run(main())
