"""TRN-11: an error of data_received() or eof_received() goes to the handler and to connection_lost()."""
import asyncio
import socket


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


class Client(asyncio.Protocol):
    def __init__(self, closed):
        self.closed = closed

    def data_received(self, data):
        raise ValueError("bad data " + show(data))

    def eof_received(self):
        raise ValueError("bad end")

    def connection_lost(self, exc):
        self.closed.set_result(exc)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print("handler:", context["message"], error(context["exception"]))
    )
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(closed))
    transport.set_write_buffer_limits(high=1 << 30)
    fill(transport)
    peer.sendall(b"x")
    print("connection_lost", error(await closed))
    print("buffered", transport.get_write_buffer_size())
    peer.close()

    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(closed))
    peer.close()
    print("connection_lost", error(await closed))


asyncio.run(main())
