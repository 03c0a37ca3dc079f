"""TRN-07: close() calls connection_lost(None) later, once, however often it is called."""
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


class Client(asyncio.Protocol):
    def __init__(self, log):
        self.log = log

    def data_received(self, data):
        self.log.append("data_received")

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))


async def main():
    loop = asyncio.get_running_loop()
    log = []
    transport, protocol, peer = await connect(lambda: Client(log))
    peer.sendall(b"not read any more")
    loop.call_soon(log.append, "callback before")
    transport.close()
    loop.call_soon(log.append, "callback after")
    transport.close()
    transport.abort()
    log.append("closing " + flag(transport.is_closing()) + ", reading " + flag(transport.is_reading()))
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    transport.close()
    transport.abort()
    await asyncio.sleep(0)
    for line in log:
        print(line)
    peer.close()


asyncio.run(main())
