"""STR-10: many tasks may wait in drain(); they go on together when the buffer is low."""
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


async def receive(peer, size):
    """Read this many bytes at the other end while the loop goes on (-1: to the end)."""
    peer.setblocking(False)
    received = 0
    while received != size:
        try:
            data = peer.recv(65536)
        except BlockingIOError:
            await asyncio.sleep(0)
            continue
        if not data:
            break
        received += len(data)
        await asyncio.sleep(0)
    return received


async def drain(writer, name, log):
    await writer.drain()
    log.append(name)


async def main():
    reader, writer, peer = await open_stream()
    log = []
    written = fill(writer.transport)
    writer.transport.set_write_buffer_limits(high=0)
    tasks = [asyncio.create_task(drain(writer, name, log)) for name in ("a", "b", "c", "d")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    print("still waiting", sum(not task.done() for task in tasks))
    print("all received", flag(await receive(peer, written) == written))
    await asyncio.wait(tasks)
    print(" ".join(log), "cancelled", flag(tasks[1].cancelled()))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
