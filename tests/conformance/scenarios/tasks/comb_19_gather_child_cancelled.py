"""COMB-19: a cancelled child is raised by gather() as an error, the others keep running."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work(name, gate):
    await asyncio.shield(gate)
    print(name, "finished")
    return name


async def main():
    gate = asyncio.get_running_loop().create_future()
    first = asyncio.create_task(work("a", gate))
    second = asyncio.create_task(work("b", gate))
    outer = asyncio.gather(first, second)
    await asyncio.sleep(0)
    first.cancel("why")
    try:
        await outer
    except asyncio.CancelledError as e:
        print("outer", error(e))
    print("outer cancelled()", flag(outer.cancelled()))
    print("second done", flag(second.done()))
    gate.set_result(None)
    print(await second)

    gate = asyncio.get_running_loop().create_future()
    first = asyncio.create_task(work("c", gate))
    second = asyncio.create_task(work("d", gate))
    third = asyncio.create_task(work("e", gate))
    outer = asyncio.gather(first, second, third, return_exceptions=True)
    await asyncio.sleep(0)
    first.cancel("why")
    second.cancel()
    gate.set_result(None)
    results = await outer
    print(error(results[0]))
    print(error(results[1]))
    print(results[2])


asyncio.run(main())
