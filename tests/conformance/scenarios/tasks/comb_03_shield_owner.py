"""COMB-03: a shielded task that somebody owns outlives everyone who awaited it."""
import asyncio


async def work(gate, log):
    await gate
    log.append("work finished")
    return "value"


async def main():
    gate = asyncio.get_running_loop().create_future()
    log = []
    owned = set()
    inner = asyncio.create_task(work(gate, log))
    owned.add(inner)
    inner.add_done_callback(owned.discard)
    waiters = [asyncio.create_task(wait_for(inner)) for _ in range(3)]
    del inner
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for waiter in waiters:
        waiter.cancel()
    await asyncio.wait(waiters)
    print("waiters cancelled", sum(waiter.cancelled() for waiter in waiters))
    print("owned", len(owned))
    gate.set_result(None)
    await asyncio.sleep(0.01)
    print(", ".join(log))
    print("owned", len(owned))


async def wait_for(inner):
    return await asyncio.shield(inner)


asyncio.run(main())
