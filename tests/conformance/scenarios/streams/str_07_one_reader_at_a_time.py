"""STR-07: a second reader may not wait for data."""
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
    reader, writer, peer = await open_stream()
    waiting = asyncio.create_task(reader.read(10))
    await asyncio.sleep(0)
    for attempt in (reader.read(1), reader.readexactly(1), reader.readuntil(), reader.readline(), reader.read()):
        try:
            await attempt
        except RuntimeError as e:
            print(error(e))
    print("nothing asked", show(await reader.read(0)))
    peer.sendall(b"data")
    print(show(await waiting))

    waiting = asyncio.create_task(reader.read(10))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    peer.sendall(b"more")
    print("after a cancel", show(await reader.read(10)))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
