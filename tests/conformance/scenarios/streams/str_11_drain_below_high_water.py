"""STR-11: drain() returns at once below the high mark, it does not flush."""
import asyncio
import socket


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


def fill(transport):
    """Write until the kernel takes no more, return the number of bytes written."""
    written = 0
    while transport.get_write_buffer_size() == 0:
        transport.write(bytes(65536))
        written += 65536
    return written


async def main():
    reader, writer, peer = await open_stream()
    writer.transport.set_write_buffer_limits(high=1 << 30)
    fill(writer.transport)
    log = []
    asyncio.get_running_loop().call_soon(log.append, "callback")
    await writer.drain()
    print("callbacks that ran", len(log))
    print("buffered", flag(writer.transport.get_write_buffer_size() > 0))
    writer.transport.abort()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
