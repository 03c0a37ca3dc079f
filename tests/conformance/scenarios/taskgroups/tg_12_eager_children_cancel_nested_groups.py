"""TG-12: eager children cancel three groups while the parent runs: what it awaits next is cancelled once."""

import asyncio


async def sleeper():
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        print("sleeper", asyncio.current_task().cancelling())
        raise


async def cancel(group):
    group.cancel()


async def main():
    me = asyncio.current_task()
    sleeping = asyncio.create_task(sleeper(), eager_start=True)
    async with asyncio.TaskGroup() as outer:
        async with asyncio.TaskGroup() as middle:
            async with asyncio.TaskGroup() as inner:
                for group in outer, middle, inner:
                    group.create_task(cancel(group), eager_start=True)
                print("parent", me.cancelling())
                try:
                    await asyncio.gather(sleeping)
                finally:
                    print("awaited", me.cancelling())
            print("inner left", me.cancelling())
        print("middle left", me.cancelling())
    print("outer left", me.cancelling())
    print("sleeping", sleeping.cancelling(), "cancelled" if sleeping.cancelled() else "not cancelled")


asyncio.run(main())
