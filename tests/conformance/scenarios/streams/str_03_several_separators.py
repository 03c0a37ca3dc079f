"""STR-03: of several separators the match that ends first wins."""
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
    peer.sendall(b"one;two\r\nthree\nfour--five-six")
    for _ in range(3):
        print(show(await reader.readuntil((b"\r\n", b"\n", b";"))))
    print(show(await reader.readuntil((b"--", b"-"))))
    print(show(await reader.readuntil((b"-f", b"-five"))))
    print(show(await reader.readuntil((b"five-", b"ve-s", b"x"))))
    try:
        await reader.readuntil(())
    except ValueError as e:
        print(error(e))
    try:
        await reader.readuntil((b"x", b""))
    except ValueError as e:
        print(error(e))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
