"""TRN-01: data that waits in the socket is delivered after create_connection() returned."""
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


class Client(asyncio.Protocol):
    def __init__(self, log, closed):
        self.log = log
        self.closed = closed

    def connection_made(self, transport):
        self.log.append("connection_made")

    def data_received(self, data):
        self.log.append("data_received " + show(data))

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log = []
    closed = loop.create_future()
    listener = socket.create_server(("127.0.0.1", 0))
    sock = socket.create_connection(listener.getsockname())
    peer, _ = listener.accept()
    listener.close()
    peer.sendall(b"early")
    loop.call_soon(log.append, "callback before")
    transport, protocol = await loop.create_connection(lambda: Client(log, closed), sock=sock)
    log.append("create_connection returned")
    peer.close()
    await closed
    for line in log:
        print(line)


asyncio.run(main())
