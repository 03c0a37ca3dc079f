"""STR-08: after a connection error every read raises it, even if data is buffered."""
import asyncio
import socket
import struct


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


def reset(peer):
    """Close with a reset instead of an end of file."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


async def main():
    reader, writer, peer = await open_stream()
    peer.sendall(b"buffered data")
    print(show(await reader.read(8)))
    reset(peer)
    try:
        await writer.wait_closed()
    except ConnectionResetError as e:
        print("wait_closed", type(e).__name__)
    for attempt in (reader.read(5), reader.readexactly(5), reader.readuntil(b"d"), reader.readline(), reader.read(0)):
        try:
            print(show(await attempt))
        except ConnectionResetError as e:
            print(type(e).__name__, "same", flag(e is reader.exception()))
    print("at_eof", flag(reader.at_eof()))
    writer.close()


asyncio.run(main())
