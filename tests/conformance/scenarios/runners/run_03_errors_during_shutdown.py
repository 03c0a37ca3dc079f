"""RUN-03: a task that fails while the loop shuts down is reported, not raised."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


def handler(loop, context):
    print("handler", context["message"], err(context["exception"]))


async def background():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise ValueError("clean-up failed")


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    kept.append(asyncio.create_task(background()))
    await asyncio.sleep(0)
    return "value"


kept = []
print("result", asyncio.run(main()))
