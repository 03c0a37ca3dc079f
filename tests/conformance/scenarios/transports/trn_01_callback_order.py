"""TRN-01: connection_made, then create_connection() returns, then data, end of file and connection_lost."""
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


class Client(asyncio.Protocol):
    def __init__(self, log, closed):
        self.log = log
        self.closed = closed

    def connection_made(self, transport):
        self.log.append("connection_made")

    def data_received(self, data):
        self.log.append("data_received " + show(data))

    def eof_received(self):
        self.log.append("eof_received")

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    closed = loop.create_future()

    def factory():
        log.append("factory")
        return Client(log, closed)

    transport, protocol, peer = await connect(factory)
    log.append("create_connection returned")
    peer.sendall(b"hello")
    peer.close()
    await closed
    for line in log:
        print(line)
    print("closing", flag(transport.is_closing()))


asyncio.run(main())
