"""SRV-08: one address that refuses is raised as it is; all_errors gives a group."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def says(exc, *parts):
    """Whether the text of an error has all of these in it."""
    return flag(all(part in str(exc) for part in parts))


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    # bound but not listening, so that a connection is refused
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    host, port = closed.getsockname()
    try:
        await loop.create_connection(asyncio.Protocol, host, port)
    except OSError as e:
        print(type(e).__name__, "names the address", says(e, host, str(port)))
    try:
        await loop.create_connection(asyncio.Protocol, host, port, all_errors=True)
    except ExceptionGroup as e:
        print(error(e))
        print(type(e.exceptions[0]).__name__, "names the address", says(e.exceptions[0], host, str(port)))
    closed.close()


asyncio.run(main())
