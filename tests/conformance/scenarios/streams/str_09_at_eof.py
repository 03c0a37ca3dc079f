"""STR-09: at_eof() is true once the end was received and the buffer is empty."""
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
    print("open", flag(reader.at_eof()))
    peer.sendall(b"ab")
    print(show(await reader.readexactly(1)), flag(reader.at_eof()))
    peer.close()
    print(show(await reader.readexactly(1)))
    print(show(await reader.read(1)), flag(reader.at_eof()))
    writer.close()
    await writer.wait_closed()

    reader, writer, peer = await open_stream()
    peer.sendall(b"ab")
    peer.close()
    rest = await reader.read()
    print(show(rest), flag(reader.at_eof()))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
