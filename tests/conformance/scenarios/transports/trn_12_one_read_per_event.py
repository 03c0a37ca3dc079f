"""TRN-12: one read of at most 256 KiB per event, other callbacks run between two of them."""
import asyncio
import socket
import threading


def flag(value):
    return "true" if value else "false"


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
    def __init__(self, log, sizes, closed):
        self.log = log
        self.sizes = sizes
        self.closed = closed

    def data_received(self, data):
        self.log.append("data")
        self.sizes.append(len(data))
        asyncio.get_running_loop().call_soon(self.log.append, "callback")

    def connection_lost(self, exc):
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log, sizes = [], []
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(log, sizes, closed))

    def send():
        peer.sendall(bytes(2000000))
        peer.close()

    thread = threading.Thread(target=send)
    thread.start()
    await closed
    thread.join()
    print("received", sum(sizes))
    print("at most 256 KiB", flag(max(sizes) <= 256 * 1024))
    print("several", flag(len(sizes) >= 8))
    print("a callback after each read", flag(log == ["data", "callback"] * len(sizes)))


asyncio.run(main())
