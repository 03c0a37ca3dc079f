"""The event loops that take part, by name."""

import asyncio


def runner(name):
    """An `asyncio.Runner` whose loop is CPython's own ("cpython") or uvloop's ("uvloop")."""
    if name == "uvloop":
        import uvloop

        return asyncio.Runner(loop_factory=uvloop.new_event_loop)
    return asyncio.Runner()
