"""COMB-17: the first error leaves gather() at once and the siblings keep running."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def work(name, gate, log):
    try:
        await gate
    except asyncio.CancelledError:
        log.append(name + " cancelled")
        raise
    log.append(name + " finished")
    return name


async def fail(text, gate):
    await gate
    raise ValueError(text)


async def main():
    loop = asyncio.get_running_loop()
    early, later = loop.create_future(), loop.create_future()
    log = []
    outer = asyncio.gather(work("a", early, log), fail("first", early), work("c", later, log), fail("second", later))
    await asyncio.sleep(0)
    early.set_result(None)
    try:
        await outer
    except ValueError as e:
        print(error(e))
    print(", ".join(log))
    later.set_result(None)
    await asyncio.sleep(0.01)
    print(", ".join(log))

    results = await asyncio.gather(work("a", later, log), fail("kept", later), return_exceptions=True)
    print(results[0])
    print(error(results[1]))


asyncio.run(main())
