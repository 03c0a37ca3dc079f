"""SRV-06: create_server() needs an address or a stream socket, not both."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    try:
        await loop.create_server(asyncio.Protocol)
    except ValueError as e:
        print(error(e))
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, sock=listener)
    except ValueError as e:
        print(error(e))
    listener.close()
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        await loop.create_server(asyncio.Protocol, sock=datagram)
    except ValueError as e:
        print(type(e).__name__, flag(str(e).startswith("A Stream Socket was expected, got ")))
    datagram.close()


asyncio.run(main())
