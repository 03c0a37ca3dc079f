"""STR-02: readuntil() returns the data with its separator, across pieces that arrive apart."""
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
    reading = asyncio.create_task(reader.readuntil(b"END"))
    for piece in (b"first E", b"N", b"Dsecond|th", b"ird|"):
        peer.sendall(piece)
        await asyncio.sleep(0.005)
    print(show(await reading))
    print(show(await reader.readuntil(b"|")))
    print(show(await reader.readuntil(b"|")))
    try:
        await reader.readuntil(b"")
    except ValueError as e:
        print(error(e))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
