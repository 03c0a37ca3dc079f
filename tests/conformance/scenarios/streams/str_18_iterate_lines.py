"""STR-18: iterating over a reader gives its lines and stops at the end."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


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
    peer.sendall(b"first\n\nlast without newline")
    peer.close()
    async for line in reader:
        print(show(line))
    print("at_eof", flag(reader.at_eof()))
    async for line in reader:
        print("not reached")
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
