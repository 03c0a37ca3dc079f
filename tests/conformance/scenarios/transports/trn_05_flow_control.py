"""TRN-05: pause_writing() is called once, inside write(), above the high mark; resume_writing() once at the low mark."""
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
    def __init__(self, log, resumed, closed):
        self.log = log
        self.resumed = resumed
        self.closed = closed

    def pause_writing(self):
        self.log.append("pause_writing")

    def resume_writing(self):
        self.log.append("resume_writing")
        self.resumed.set_result(None)

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    resumed, closed = loop.create_future(), loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(log, resumed, closed))
    transport.set_write_buffer_limits(high=1 << 30)
    written = fill(transport)
    base = transport.get_write_buffer_size()
    transport.set_write_buffer_limits(high=base + 10, low=base)
    log.append("write up to the high mark")
    transport.write(bytes(10))
    log.append("write one more")
    transport.write(bytes(1))
    log.append("write again")
    transport.write(bytes(1))
    print("buffered", transport.get_write_buffer_size() - base)
    written += 12
    log.append("wait")
    transport.close()
    print("all received", flag(await receive(peer, -1) == written))
    await resumed
    await closed
    for line in log:
        print(line)
    peer.close()


asyncio.run(main())
