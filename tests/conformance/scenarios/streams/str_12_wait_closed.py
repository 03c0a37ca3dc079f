"""STR-12: wait_closed() raises the error of connection_lost(), each time it is called."""
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
    writer.close()
    await writer.wait_closed()
    await writer.wait_closed()
    print("closed without an error")
    peer.close()

    reader, writer, peer = await open_stream()
    reset(peer)
    for _ in range(2):
        try:
            await writer.wait_closed()
        except ConnectionResetError as e:
            print(type(e).__name__)
    print("closing", flag(writer.is_closing()))


asyncio.run(main())
