"""RUN-02: tasks are cancelled and awaited, then generators closed, then threads joined."""

import asyncio
import threading


def b(value):
    return "true" if value else "false"


async def background(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "cancelled")
        await asyncio.sleep(0)
        print(name, "cleaned up")


async def generator():
    try:
        yield 1
        yield 2
    finally:
        print("generator closed")
        await asyncio.sleep(0)
        print("generator cleaned up")
        finish.set()


def job():
    finish.wait()
    print("thread job ends")


async def main():
    kept.append(asyncio.create_task(background("task")))
    kept.append(generator())
    print("generator gives", await anext(kept[1]))
    kept.append(asyncio.get_running_loop())
    kept.append(kept[2].run_in_executor(None, job))
    print("main ends")
    return "value"


finish = threading.Event()
kept = []
print("result", asyncio.run(main()))
print("task cancelled", b(kept[0].cancelled()))
print("loop closed", b(kept[2].is_closed()))
