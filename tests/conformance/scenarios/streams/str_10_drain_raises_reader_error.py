"""STR-10: drain() raises the error that the reader got."""
import asyncio
import socket
import struct


def flag(value):
    return "true" if value else "false"


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
    reset(peer)
    try:
        await reader.read()
    except ConnectionResetError as e:
        print("read", type(e).__name__)
    for _ in range(2):
        try:
            await writer.drain()
        except ConnectionResetError as e:
            print("drain", type(e).__name__, "same", flag(e is reader.exception()))
    print("closing", flag(writer.is_closing()))


asyncio.run(main())
