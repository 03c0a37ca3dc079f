"""TRN-07: abort() drops what is buffered, also after close()."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


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


class Client(asyncio.Protocol):
    def __init__(self, log):
        self.log = log

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))


async def attempt(close_first):
    log = []
    transport, protocol, peer = await connect(lambda: Client(log))
    written = fill(transport)
    if close_first:
        transport.close()
        await asyncio.sleep(0)
        log.append("close called")
    transport.abort()
    transport.abort()
    log.append("abort called, buffered " + str(transport.get_write_buffer_size()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(", ".join(log))
    print("all received", flag(await receive(peer, -1) == written))
    peer.close()


async def main():
    await attempt(False)
    await attempt(True)


asyncio.run(main())
