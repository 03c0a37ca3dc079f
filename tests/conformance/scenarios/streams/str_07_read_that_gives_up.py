"""STR-07: a read that gives up waiting makes room for the next one."""
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
    attempts = {
        "read": lambda: reader.read(10),
        "readexactly": lambda: reader.readexactly(10),
        "readuntil": lambda: reader.readuntil(b"|"),
        "readline": lambda: reader.readline(),
        "read to the end": lambda: reader.read(),
    }
    for name, attempt in attempts.items():
        try:
            await asyncio.wait_for(attempt(), 0.001)
        except TimeoutError:
            print(name, "gave up")
    peer.sendall(b"data")
    print(show(await reader.read(10)))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
