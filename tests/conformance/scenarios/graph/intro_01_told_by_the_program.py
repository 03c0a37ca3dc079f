"""INTRO-01: a program tells of awaits that asyncio does not see."""
import asyncio


def awaiters(future):
    graph = asyncio.capture_call_graph(future)
    return sorted(next.future.get_name() for next in graph.awaited_by)


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    a = asyncio.create_task(asyncio.sleep(100), name="a")
    b = asyncio.create_task(asyncio.sleep(100), name="b")
    asyncio.future_add_to_awaited_by(future, a)
    asyncio.future_add_to_awaited_by(future, a)
    asyncio.future_add_to_awaited_by(future, b)
    print("added", awaiters(future))
    asyncio.future_discard_from_awaited_by(future, a)
    print("discarded", awaiters(future))
    asyncio.future_discard_from_awaited_by(future, a)
    asyncio.future_discard_from_awaited_by(future, b)
    print("empty", awaiters(future))
    a.cancel()
    b.cancel()
    await asyncio.wait([a, b])


asyncio.run(main())
