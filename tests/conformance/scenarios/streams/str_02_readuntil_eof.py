"""STR-02: at the end of file readuntil() gives the whole buffer as partial and empties it."""
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
    reader, writer, peer = await open_stream()
    peer.sendall(b"line\nrest")
    peer.close()
    print(show(await reader.readuntil()))
    try:
        await reader.readuntil()
    except asyncio.IncompleteReadError as e:
        print(error(e))
        print(show(e.partial), "expected", "none" if e.expected is None else e.expected)
    print("at_eof", flag(reader.at_eof()))
    try:
        await reader.readuntil()
    except asyncio.IncompleteReadError as e:
        print(error(e))
        print(show(e.partial))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
