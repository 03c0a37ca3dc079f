"""FUT-08: the CancelledError that ended a task reaches its awaiter with its causes, once."""

import asyncio


def err(e):
    return f"{type(e).__name__}({e})"


def cause(e):
    return "none" if e.__cause__ is None else err(e.__cause__)


async def cancelled_for_a_reason():
    raise asyncio.CancelledError("gave up") from ValueError("the reason")


async def main():
    task = asyncio.create_task(cancelled_for_a_reason())
    for attempt in ("first", "second"):
        try:
            await task
        except asyncio.CancelledError as e:
            print(attempt, err(e), "cause", cause(e))


asyncio.run(main())
