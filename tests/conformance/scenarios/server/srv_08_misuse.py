"""SRV-08: create_connection() needs an address or a stream socket, not both."""
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
        await loop.create_connection(asyncio.Protocol)
    except ValueError as e:
        print(error(e))
    sock = socket.socket()
    try:
        await loop.create_connection(asyncio.Protocol, "127.0.0.1", 1, sock=sock)
    except ValueError as e:
        print(error(e))
    sock.close()
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        await loop.create_connection(asyncio.Protocol, sock=datagram)
    except ValueError as e:
        print(type(e).__name__, flag(str(e).startswith("A Stream Socket was expected, got ")))
    datagram.close()


asyncio.run(main())
