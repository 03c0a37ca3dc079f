"""RUN-04: a Runner keeps one context across its runs, apart from the caller's."""

import asyncio
import contextvars


async def main(name):
    print(name, "sees", var.get())
    var.set(name)


var = contextvars.ContextVar("var", default="nothing")
var.set("caller")
runner = asyncio.Runner()
var.set("caller, later")
runner.get_loop()
var.set("caller, after get_loop")
runner.run(main("first"))
print("caller sees", var.get())
runner.run(main("second"))

context = contextvars.copy_context()
runner.run(main("third"), context=context)
print("the given context holds", context[var])
runner.run(main("fourth"))
runner.close()
print("caller sees", var.get())
