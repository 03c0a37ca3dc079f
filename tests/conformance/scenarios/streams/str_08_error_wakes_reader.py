"""STR-08: a connection error wakes the reader that waits."""
import asyncio
import socket
import struct


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
    reading = asyncio.create_task(reader.readline())
    await asyncio.sleep(0)
    reset(peer)
    try:
        await reading
    except ConnectionResetError as e:
        print(type(e).__name__)
    writer.close()
    try:
        await writer.wait_closed()
    except ConnectionResetError as e:
        print("wait_closed", type(e).__name__)


asyncio.run(main())
