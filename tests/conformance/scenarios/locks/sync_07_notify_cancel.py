"""SYNC-07: a notification to a waiter that is cancelled goes to another."""

import asyncio


async def waiter(condition, name):
    try:
        async with condition:
            await condition.wait()
            print(name, "notified")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def marker():
    print("marker")


async def round(title, names, act):
    print(title)
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(condition, n)) for n in names]
    await asyncio.sleep(0)
    async with condition:
        act(condition, tasks)
        mark = asyncio.create_task(marker())
    for _ in range(6):
        await asyncio.sleep(0)
    print("left", sum(not t.done() for t in tasks))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, mark)


def notify_then_cancel(condition, tasks):
    condition.notify(1)
    tasks[0].cancel()


def cancel_then_notify(condition, tasks):
    tasks[0].cancel()
    condition.notify(1)


def cancel_only(condition, tasks):
    tasks[1].cancel()


async def main():
    await round("notify, cancel", "abc", notify_then_cancel)
    await round("cancel, notify", "abc", cancel_then_notify)
    await round("cancel: a spurious wake-up", "abc", cancel_only)


asyncio.run(main())
