"""FUT-09: awaiting a future of another loop raises in the coroutine that awaits it."""

import asyncio


def b(value):
    return "true" if value else "false"


async def main():
    future = other.create_future()
    try:
        await future
    except RuntimeError as e:
        text = str(e)
        print("caught", type(e).__name__, text[text.index("attached") :])
    print("future done", b(future.done()))

    task = other.create_task(asyncio.sleep(0))
    try:
        await task
    except RuntimeError as e:
        text = str(e)
        print("caught", type(e).__name__, text[text.index("attached") :])
    tasks.append(task)

    future.set_result("done elsewhere")
    print("a done one may be awaited:", await future)
    print("main goes on")


tasks = []
other = asyncio.new_event_loop()
asyncio.run(main())
other.run_until_complete(tasks[0])
other.close()
