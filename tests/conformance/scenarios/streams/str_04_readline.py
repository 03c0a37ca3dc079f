"""STR-04: readline() returns lines, then what is left, then nothing."""
import asyncio
import socket


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
    peer.sendall(b"first\n\nthird\r\nlast")
    peer.close()
    for _ in range(6):
        print(show(await reader.readline()))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
