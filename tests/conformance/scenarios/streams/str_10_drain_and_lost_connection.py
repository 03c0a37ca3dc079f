"""STR-10: tasks that wait in drain() get the error when the connection is lost."""
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


def fill(transport):
    """Write until the kernel takes no more, return the number of bytes written."""
    written = 0
    while transport.get_write_buffer_size() == 0:
        transport.write(bytes(65536))
        written += 65536
    return written


async def drain(writer, log):
    try:
        await writer.drain()
    except ConnectionError as e:
        log.append(type(e).__name__)
    else:
        log.append("returned")


async def attempt(with_reset):
    reader, writer, peer = await open_stream()
    log = []
    fill(writer.transport)
    writer.transport.set_write_buffer_limits(high=0)
    tasks = [asyncio.create_task(drain(writer, log)) for _ in range(2)]
    await asyncio.sleep(0)
    if with_reset:
        reset(peer)
    else:
        writer.transport.abort()
        peer.close()
    await asyncio.wait(tasks)
    print(", ".join(log))


async def main():
    print("reset by the peer")
    await attempt(True)
    print("aborted here")
    await attempt(False)


asyncio.run(main())
