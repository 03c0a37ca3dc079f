"""INTRO-02: the graph of a task, of a future, of the current task, and of nothing."""
import asyncio
import io
import re


def anonymous(text):
    text = re.sub(r"id=0x[0-9a-f]+", "id=ID", text)
    return text.replace("'", '"')


async def main():
    loop = asyncio.get_running_loop()
    asyncio.current_task().set_name("main")
    future = loop.create_future()

    async def waits():
        await future

    async def outer(task):
        await task

    inner = asyncio.create_task(waits(), name="inner")
    both = [asyncio.create_task(outer(inner), name=f"outer {n}") for n in (1, 2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(anonymous(asyncio.format_call_graph(future, limit=0)))
    print(anonymous(asyncio.format_call_graph(limit=0)))
    graph = asyncio.capture_call_graph(inner)
    print(graph.future is inner, len(graph.call_stack) > 0, len(graph.awaited_by))
    print(len(asyncio.capture_call_graph(inner, limit=1).call_stack))
    print(len(asyncio.capture_call_graph(inner, limit=-1).call_stack))
    print(len(asyncio.capture_call_graph(inner, limit=0).call_stack))
    print(len(asyncio.capture_call_graph(future).call_stack))
    file = io.StringIO()
    asyncio.print_call_graph(both[0], limit=0, file=file)
    print(anonymous(file.getvalue()), end="")
    told = loop.create_future()
    loop.call_soon(lambda: told.set_result(asyncio.capture_call_graph()))
    print("in a callback", await told is None)
    future.set_result(None)
    await asyncio.wait(both)
    print(anonymous(asyncio.format_call_graph(inner)))


asyncio.run(main())
try:
    asyncio.capture_call_graph()
except RuntimeError as e:
    print(e)
