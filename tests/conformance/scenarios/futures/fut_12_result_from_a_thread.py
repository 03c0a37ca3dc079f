"""FUT-12: wrap_future brings the outcome of a concurrent future over from another thread."""

import asyncio
import concurrent.futures
import threading


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def from_thread(name, action):
    source = concurrent.futures.Future()
    wrapped = asyncio.wrap_future(source)
    thread = threading.Thread(target=action, args=(source,))
    thread.start()
    thread.join()
    print(name, "source done", b(source.done()), "wrapped done", b(wrapped.done()))
    try:
        print(name, await wrapped)
    except BaseException as e:
        print(name, "raises", err(e))


async def main():
    await from_thread("result", lambda source: source.set_result("value"))
    await from_thread("exception", lambda source: source.set_exception(ValueError("boom")))
    await from_thread("cancel", lambda source: source.cancel())


asyncio.run(main())
