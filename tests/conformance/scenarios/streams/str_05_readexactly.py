"""STR-05: readexactly() reads beyond the limit, and tells what is missing at the end of file."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


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
    reader, writer, peer = await open_stream(limit=10)
    peer.sendall(b"x" * 100)
    print(len(await reader.readexactly(100)), "bytes")
    print(show(await reader.readexactly(0)))
    peer.sendall(b"short")
    peer.close()
    try:
        await reader.readexactly(8)
    except asyncio.IncompleteReadError as e:
        print(error(e))
        print(show(e.partial), "expected", e.expected)
    print("at_eof", flag(reader.at_eof()))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
