"""FUT-05: a done future refuses another result or error; cancel() says false."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


def show(name, future):
    print(name)
    try:
        future.set_result("another")
    except asyncio.InvalidStateError as e:
        print("  set_result", type(e).__name__)
    try:
        future.set_exception(ValueError("another"))
    except asyncio.InvalidStateError as e:
        print("  set_exception", type(e).__name__)
    print("  cancel", b(future.cancel("another")))
    print("  cancelled", b(future.cancelled()))


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result("value")
    show("result", future)
    print("  result", future.result())

    future = loop.create_future()
    future.set_exception(ValueError("boom"))
    show("exception", future)
    print("  exception", err(future.exception()))

    future = loop.create_future()
    print("first cancel", b(future.cancel("first")))
    show("cancelled", future)
    try:
        future.result()
    except asyncio.CancelledError as e:
        print("  result", err(e))


asyncio.run(main())
