"""RUN-06: a Runner uses one loop for all its runs; closed, it refuses to work."""

import asyncio


def b(value):
    return "true" if value else "false"


def err(e):
    return f"{type(e).__name__}({e})"


async def running_loop():
    return asyncio.get_running_loop()


runner = asyncio.Runner()
loop = runner.run(running_loop())
print("the same loop again", b(runner.run(running_loop()) is loop))
print("get_loop gives it", b(runner.get_loop() is loop))
runner.close()
print("loop closed", b(loop.is_closed()))
runner.close()
print("closing again is fine")
coroutine = running_loop()
try:
    runner.run(coroutine)
except RuntimeError as e:
    print("run", err(e))
coroutine.close()
try:
    runner.get_loop()
except RuntimeError as e:
    print("get_loop", err(e))

unused = asyncio.Runner()
unused.close()
print("a Runner closed before use can still be used", b(unused.run(running_loop()) is not loop))
unused.close()
