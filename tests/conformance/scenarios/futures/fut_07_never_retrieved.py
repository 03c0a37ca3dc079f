"""FUT-07: an exception that nobody looked at is reported when the future is destroyed."""

import asyncio
import gc


def handler(loop, context):
    exception = context["exception"]
    print("handler", context["message"], f"{type(exception).__name__}({exception})")


def failed(name):
    print(name)
    future = asyncio.get_running_loop().create_future()
    future.set_exception(ValueError(name))
    return future


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)

    future = failed("untouched")
    print("not yet")
    del future
    gc.collect()

    future = failed("only asked whether it is done")
    future.done()
    future.cancelled()
    del future
    gc.collect()

    future = failed("exception() called")
    future.exception()
    del future
    gc.collect()

    future = failed("result() called")
    try:
        future.result()
    except ValueError:
        pass
    del future
    gc.collect()

    future = failed("awaited")
    try:
        await future
    except ValueError:
        pass
    del future
    gc.collect()

    future = failed("cancel() called")
    future.cancel()
    del future
    gc.collect()
    print("end")


asyncio.run(main())
