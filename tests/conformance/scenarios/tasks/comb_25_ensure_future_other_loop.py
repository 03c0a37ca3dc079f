"""COMB-25: a future of another loop is refused by those that ensure futures of their own loop."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main(theirs):
    own = asyncio.get_running_loop().create_future()
    try:
        await asyncio.gather(own, theirs)
    except ValueError as e:
        print("gather", error(e))


other = asyncio.new_event_loop()
theirs = other.create_future()
loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(theirs)
except ValueError as e:
    print("run_until_complete", error(e))
loop.run_until_complete(main(theirs))
loop.close()
other.close()
