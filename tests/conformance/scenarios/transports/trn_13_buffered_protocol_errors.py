"""TRN-13: an empty buffer, or an error of get_buffer() or buffer_updated(), is fatal."""
import asyncio
import socket


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


class Client(asyncio.BufferedProtocol):
    def __init__(self, fault, closed):
        self.fault = fault
        self.closed = closed

    def get_buffer(self, sizehint):
        if self.fault == "get_buffer":
            raise ValueError("no buffer")
        return bytearray(0 if self.fault == "empty" else 8)

    def buffer_updated(self, nbytes):
        raise ValueError("bad update")

    def connection_lost(self, exc):
        self.closed.set_result(exc)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print("handler:", context["message"], error(context["exception"]))
    )
    for fault in ("empty", "get_buffer", "buffer_updated"):
        closed = loop.create_future()
        transport, protocol, peer = await connect(lambda: Client(fault, closed))
        peer.sendall(b"x")
        print("connection_lost", error(await closed))
        peer.close()


asyncio.run(main())
