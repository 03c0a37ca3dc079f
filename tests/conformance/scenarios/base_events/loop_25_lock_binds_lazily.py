"""LOOP-25: a lock binds to a loop when it first has to wait, not before."""

import asyncio


def b(value):
    return "true" if value else "false"


async def uncontended():
    async with lock:
        print("locked", b(lock.locked()))


async def contended():
    async with lock:
        waiter = asyncio.create_task(uncontended())
        await asyncio.sleep(0)
    await waiter


async def contended_elsewhere():
    async with lock:
        try:
            await lock.acquire()
        except RuntimeError as e:
            print("caught", type(e).__name__, str(e)[str(e).index("is bound"):])


lock = asyncio.Lock()
print("two loops, nobody waits")
asyncio.run(uncontended())
asyncio.run(uncontended())
print("a third loop waits")
asyncio.run(contended())
print("a fourth need not wait")
asyncio.run(uncontended())
print("a fifth waits")
asyncio.run(contended_elsewhere())
print("unlocked", b(not lock.locked()))
