"""FUT-12: cancelling either end of wrap_future cancels the other."""

import asyncio
import concurrent.futures


def b(value):
    return "true" if value else "false"


def show(name, source, wrapped):
    print(name, "source", b(source.cancelled()), "wrapped", b(wrapped.cancelled()))


async def main():
    source = concurrent.futures.Future()
    wrapped = asyncio.wrap_future(source)
    print("cancel the wrapped one", b(wrapped.cancel()))
    show("at once", source, wrapped)
    await asyncio.sleep(0)
    show("a pass later", source, wrapped)

    source = concurrent.futures.Future()
    wrapped = asyncio.wrap_future(source)
    print("cancel the source", b(source.cancel()))
    show("at once", source, wrapped)
    await asyncio.sleep(0)
    show("a pass later", source, wrapped)

    source = concurrent.futures.Future()
    source.set_running_or_notify_cancel()
    wrapped = asyncio.wrap_future(source)
    print("cancel while the source runs", b(wrapped.cancel()))
    await asyncio.sleep(0)
    show("a pass later", source, wrapped)
    source.set_result("dropped")
    await asyncio.sleep(0)
    print("source has", source.result())


asyncio.run(main())
