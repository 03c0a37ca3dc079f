"""TRN-13: a BufferedProtocol gets the data in its own buffer; get_buffer() is asked with -1."""
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


class Client(asyncio.BufferedProtocol):
    def __init__(self, log, received, closed):
        self.log = log
        self.received = received
        self.closed = closed
        self.buffer = bytearray(4)

    def get_buffer(self, sizehint):
        if not self.log:
            self.log.append("get_buffer " + str(sizehint))
        return self.buffer

    def buffer_updated(self, nbytes):
        self.received.extend(self.buffer[:nbytes])

    def eof_received(self):
        self.log.append("eof_received")

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log, received = [], bytearray()
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(log, received, closed))
    peer.sendall(b"more than four bytes")
    peer.close()
    await closed
    print(show(received))
    print(", ".join(log))


asyncio.run(main())
