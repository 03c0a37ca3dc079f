"""LOOP-34: debug mode is off by default, can be set on the loop, and by run() and Runner."""

import asyncio


def b(value):
    return "true" if value else "false"


async def debug():
    return asyncio.get_running_loop().get_debug()


loop = asyncio.new_event_loop()
print("new loop", b(loop.get_debug()))
loop.set_debug(True)
print("set", b(loop.get_debug()))
print("seen by a task", b(loop.run_until_complete(debug())))
loop.set_debug(False)
print("unset", b(loop.get_debug()))
loop.close()

print("run", b(asyncio.run(debug())))
print("run with debug", b(asyncio.run(debug(), debug=True)))
with asyncio.Runner(debug=True) as runner:
    print("Runner with debug", b(runner.run(debug())))
