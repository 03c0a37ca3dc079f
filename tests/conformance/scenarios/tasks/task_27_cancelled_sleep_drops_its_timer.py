"""TASK-27: a cancelled sleep leaves no timer behind: the loop then waits without a limit."""

import asyncio
import selectors


class WatchedSelector(selectors.DefaultSelector):
    """Prints how long the loop is prepared to wait, and wakes it at once."""

    def select(self, timeout=None):
        if timeout is None:
            print("wait for ever")
            loop.call_soon_threadsafe(wake)
        elif timeout > 0:
            print("wait for a timer")
            loop.call_soon_threadsafe(wake)
        return super().select(timeout)


def wake():
    wakers.pop().set_result(None)


async def wait():
    waker = loop.create_future()
    wakers.append(waker)
    await waker


async def main():
    print("nothing sleeps")
    await wait()
    task = loop.create_task(asyncio.sleep(1000))
    await asyncio.sleep(0)
    print("a task sleeps")
    await wait()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("the sleep is cancelled")
    await wait()


wakers = []
loop = asyncio.SelectorEventLoop(WatchedSelector())
loop.run_until_complete(main())
loop.close()
