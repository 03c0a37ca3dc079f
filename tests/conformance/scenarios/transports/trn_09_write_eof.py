"""TRN-09: write_eof() shuts down after the buffer is sent, may be repeated and is ignored when closing."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


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
    def __init__(self, log, closed):
        self.log = log
        self.closed = closed

    def data_received(self, data):
        self.log.append("data_received " + show(data))

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(log, closed))
    print("can_write_eof", flag(transport.can_write_eof()))
    written = fill(transport)
    transport.write_eof()
    transport.write_eof()
    print("all received before the end", flag(await receive(peer, -1) == written))
    print("closing", flag(transport.is_closing()), "reading", flag(transport.is_reading()))
    peer.setblocking(True)
    peer.sendall(b"answer")
    peer.close()
    await closed
    transport.write_eof()
    print(", ".join(log))

    transport, protocol, peer = await connect(asyncio.Protocol)
    transport.close()
    transport.write_eof()
    print("ignored when closing")
    await asyncio.sleep(0)
    peer.close()


asyncio.run(main())
