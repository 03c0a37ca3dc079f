"""STR-02: the limit counts the data before the separator, and what was too long stays in the buffer."""
import asyncio
import socket


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def open_stream(limit=65536):
    """A stream whose other end is a plain blocking socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    reader, writer = await asyncio.open_connection(host, port, limit=limit)
    peer, _ = listener.accept()
    listener.close()
    return reader, writer, peer


async def main():
    reader, writer, peer = await open_stream(limit=5)
    peer.sendall(b"12345\n")
    print(show(await reader.readuntil()))
    peer.sendall(b"123456\n")
    try:
        await reader.readuntil()
    except asyncio.LimitOverrunError as e:
        print(error(e), "consumed", e.consumed)
    print(show(await reader.readexactly(7)))
    peer.sendall(b"no separator")
    try:
        await reader.readuntil()
    except asyncio.LimitOverrunError as e:
        print(error(e), "consumed", e.consumed)
    try:
        await reader.readuntil(b"????")
    except asyncio.LimitOverrunError as e:
        print(error(e), "consumed", e.consumed)
    print(show(await reader.readexactly(12)))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
