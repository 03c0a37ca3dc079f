"""FUT-01: a done callback that fails is reported; the ones behind it still run."""

import asyncio


def handler(loop, context):
    exception = context["exception"]
    print("handler", context["message"][:21], f"{type(exception).__name__}({exception})")


def fail(future):
    print("first fails")
    raise ValueError("boom")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    future = loop.create_future()
    future.add_done_callback(fail)
    future.add_done_callback(lambda f: print("second", f.result()))
    future.set_result(1)
    print("awaited", await future)
    await asyncio.sleep(0)
    print("main goes on")


asyncio.run(main())
