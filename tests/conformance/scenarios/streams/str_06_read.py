"""STR-06: read(n) returns what is there up to n, read(-1) everything, read(0) nothing without waiting."""
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
    print("nothing asked", show(await reader.read(0)))
    peer.sendall(b"hello world")
    print(show(await reader.read(5)))
    print(show(await reader.read(100)))
    reading = asyncio.create_task(reader.read(-1))
    for piece in (b"all ", b"of ", b"it"):
        peer.sendall(piece)
        await asyncio.sleep(0.005)
    print("waiting for the end", flag(not reading.done()))
    peer.close()
    print(show(await reading))
    print(show(await reader.read(-1)), show(await reader.read(5)))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
