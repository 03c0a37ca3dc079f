"""SRV-08: one address that refuses is raised as it is; all_errors gives a group."""
import asyncio
import socket


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
        print(type(e).__name__, str(e).replace(str(port), "PORT"))
    try:
        await loop.create_connection(asyncio.Protocol, host, port, all_errors=True)
    except ExceptionGroup as e:
        print(error(e))
        print(type(e.exceptions[0]).__name__, str(e.exceptions[0]).replace(str(port), "PORT"))
    closed.close()


asyncio.run(main())
