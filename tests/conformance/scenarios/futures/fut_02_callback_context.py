"""FUT-02: a done callback runs in the context of its registration, or in the one given."""

import asyncio
import contextvars


def report(name):
    def callback(future):
        print(name, "sees", var.get())
        var.set("changed by " + name)

    return callback


async def main():
    future = asyncio.get_running_loop().create_future()
    var.set("one")
    future.add_done_callback(report("first"))
    var.set("two")
    future.add_done_callback(report("second"))

    shared = contextvars.copy_context()
    shared.run(var.set, "shared")
    future.add_done_callback(report("third"), context=shared)
    future.add_done_callback(report("fourth"), context=shared)

    var.set("three")
    future.set_result(None)
    await asyncio.sleep(0)
    print("main sees", var.get())
    print("shared holds", shared[var])

    future.add_done_callback(report("added late"))
    await asyncio.sleep(0)


var = contextvars.ContextVar("var", default="nothing")
asyncio.run(main())
