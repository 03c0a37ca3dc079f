"""INTRO-04: what a task and a future say of themselves."""
import asyncio


def parts(thing):
    text = repr(thing).replace("'", '"').replace("_GatheringFuture", "gather")
    status = text.split()[1].rstrip(">")
    named = text.split(' name="')[1].split('"')[0] if ' name="' in text else "-"
    waits = text.split(" wait_for=<")[1].split()[0] if " wait_for=<" in text else "-"
    if waits != "-":
        return f"{status} name={named} wait_for={waits}"
    callbacks = text.split("cb=[")[-1].count("()") if "cb=[" in text else 0
    return f"{status} name={named} callbacks={callbacks}"


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    print("new future:", parts(future))

    async def body():
        await future

    task = asyncio.create_task(body(), name="a task")
    print("new task:", parts(task))
    await asyncio.sleep(0)
    print("waiting:", parts(task))
    print("awaited:", parts(future))

    async def outer():
        await task

    waiter = asyncio.create_task(outer(), name="waiter")
    await asyncio.sleep(0)
    print("on a task:", parts(waiter))
    for _ in range(3):
        future.add_done_callback(lambda _: None)
    print("many callbacks:", "<2 more>" in repr(future), "more>" in repr(future))
    waiter.cancel()
    print("cancelling:", parts(waiter).split()[0], parts(task).split()[0])
    try:
        await waiter
    except asyncio.CancelledError:
        pass
    print("cancelled:", parts(waiter))
    print("cancelled future:", parts(future).split()[0])
    print("done:", parts(asyncio.current_task()).split()[0])


asyncio.run(main())
