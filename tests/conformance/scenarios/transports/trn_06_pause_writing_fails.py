"""TRN-06: an error of pause_writing() or resume_writing() goes to the exception handler, not to the caller."""
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
    def __init__(self, closed):
        self.closed = closed

    def pause_writing(self):
        raise ValueError("cannot pause")

    def resume_writing(self):
        raise ValueError("cannot resume")

    def connection_lost(self, exc):
        self.closed.set_result(exc)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    closed = loop.create_future()
    loop.set_exception_handler(
        lambda loop, context: log.append(context["message"] + ", " + error(context["exception"]))
    )
    transport, protocol, peer = await connect(lambda: Client(closed))
    transport.set_write_buffer_limits(high=0)
    written = fill(transport)
    log.append("write returned")
    transport.close()
    print("all received", flag(await receive(peer, -1) == written))
    log.append("connection_lost " + error(await closed))
    for line in log:
        print(line)
    peer.close()


asyncio.run(main())
