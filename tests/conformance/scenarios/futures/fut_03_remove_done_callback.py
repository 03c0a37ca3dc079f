"""FUT-03: remove_done_callback removes every registration of the callback and counts them."""

import asyncio


def twice(future):
    print("never")


def once(future):
    print("once")


async def main():
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(twice)
    future.add_done_callback(once)
    future.add_done_callback(twice)
    print("removed", future.remove_done_callback(twice))
    print("removed again", future.remove_done_callback(twice))
    future.set_result(None)
    print("after set_result, removed", future.remove_done_callback(once))
    await asyncio.sleep(0)


asyncio.run(main())
