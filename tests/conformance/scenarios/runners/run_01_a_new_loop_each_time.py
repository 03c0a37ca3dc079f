"""RUN-01: run() makes a new loop each time, from loop_factory if given, and closes it."""

import asyncio


def b(value):
    return "true" if value else "false"


async def main(name):
    loops.append(asyncio.get_running_loop())
    return name


def factory():
    print("factory called")
    return asyncio.new_event_loop()


loops = []
print(asyncio.run(main("first")))
print(asyncio.run(main("second")))
print(asyncio.run(main("third"), loop_factory=factory))
print("different loops", b(loops[0] is not loops[1] and loops[1] is not loops[2]))
print("closed", *[b(loop.is_closed()) for loop in loops])
