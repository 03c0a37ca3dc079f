"""STR-04: a line over the limit is a ValueError, and that line is discarded."""
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
    peer.sendall(b"too long\nnext\n")
    try:
        await reader.readline()
    except ValueError as e:
        print(error(e))
    print(show(await reader.readline()))
    peer.sendall(b"without an end")
    try:
        await reader.readline()
    except ValueError as e:
        print(error(e))
    peer.sendall(b"new\n")
    print(show(await reader.readline()))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
