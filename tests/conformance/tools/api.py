"""Prints every public name of asyncio, with its kind, as the first two columns of api.tsv.

usage: python3.15 api.py > names.tsv

A name is public when its module exports it, or when it is a member of an exported class and has no
leading underscore. The few special methods that a program calls through syntax are listed by name.
What asyncio needs of other packages (subprocess handles, executors, context variables) follows.
"""

import asyncio
import asyncio.subprocess
import concurrent.futures
import contextvars
import inspect

SYNTAX = {"__await__", "__aenter__", "__aiter__"}
SUBMODULES = {
    "subprocess": (asyncio.subprocess, ["Process", "PIPE", "STDOUT", "DEVNULL"]),
    "concurrent.futures": (
        concurrent.futures,
        ["Executor", "ThreadPoolExecutor", "ProcessPoolExecutor", "InterpreterPoolExecutor", "Future"],
    ),
    "contextvars": (contextvars, ["Context", "ContextVar", "copy_context"]),
}
# The attributes that a class sets in __init__ and documents, which introspection of the class cannot see.
INSTANCE_ATTRIBUTES = {
    "Queue": ["maxsize"],
    "PriorityQueue": ["maxsize"],
    "LifoQueue": ["maxsize"],
    "subprocess.Process": ["returncode"],
}
# Python's own API repeats these under another name or makes no promise about them.
SAME_AS_ANOTHER = {"BaseEventLoop", "SelectorEventLoop", "EventLoop"}


def kind_of(value):
    if inspect.isclass(value):
        return "exception" if issubclass(value, BaseException) else "class"
    if inspect.iscoroutinefunction(value):
        return "async function"
    return "function" if callable(value) else "constant"


def member_kind(cls, name):
    value = inspect.getattr_static(cls, name)
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if inspect.iscoroutinefunction(value):
        return "async method"
    return "method" if callable(value) else "property"


def rows(prefix, module, names):
    for name in names:
        value, full = getattr(module, name), prefix + name
        yield full, kind_of(value)
        if kind_of(value) == "class" and full not in SAME_AS_ANOTHER:
            yield from members(full, value)


def members(full, cls):
    found = {n: member_kind(cls, n) for n in dir(cls) if n in SYNTAX or not n.startswith("_")}
    found |= {n: "property" for n in INSTANCE_ATTRIBUTES.get(full, [])}
    for name in sorted(found):
        yield f"{full}.{name}", found[name]


def main():
    for row in rows("", asyncio, [n for n in asyncio.__all__ if not n.startswith("_")]):
        print("\t".join(row))
    for prefix, (module, names) in SUBMODULES.items():
        for row in rows(prefix + ".", module, names):
            print("\t".join(row))


main()
