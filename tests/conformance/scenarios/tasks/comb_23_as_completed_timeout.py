"""COMB-23: as_completed() raises TimeoutError at its deadline and does not cancel the children."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work(name, gate):
    await gate
    return name


async def main():
    loop = asyncio.get_running_loop()
    open_gate, gate = loop.create_future(), loop.create_future()
    open_gate.set_result(None)
    a = asyncio.create_task(work("a", open_gate))
    b = asyncio.create_task(work("b", asyncio.shield(gate)))
    c = asyncio.create_task(work("c", asyncio.shield(gate)))
    for earliest in asyncio.as_completed([a, b, c], timeout=0.02):
        try:
            print(await earliest)
        except TimeoutError as e:
            print(error(e))
    print("children cancelling", b.cancelling(), c.cancelling())

    d = asyncio.create_task(work("d", open_gate))
    try:
        async for earliest in asyncio.as_completed([d, b], timeout=0.02):
            print(earliest.result())
    except TimeoutError as e:
        print("loop left with", error(e))
    gate.set_result(None)
    print(" ".join(await asyncio.gather(a, b, c, d)))


asyncio.run(main())
