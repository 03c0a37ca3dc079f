"""TRN-14: set_protocol() switches between Protocol and BufferedProtocol while connected."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


class Plain(asyncio.Protocol):
    def __init__(self, name, log, progress):
        self.name = name
        self.log = log
        self.progress = progress

    def connection_made(self, transport):
        self.log.append(self.name + " connection_made")

    def data_received(self, data):
        self.log.append(self.name + " data_received " + show(data))
        self.progress.pop().set_result(None)

    def connection_lost(self, exc):
        self.log.append(self.name + " connection_lost")


class Buffered(asyncio.BufferedProtocol):
    def __init__(self, log, progress):
        self.log = log
        self.progress = progress
        self.buffer = bytearray(100)

    def connection_made(self, transport):
        self.log.append("buffered connection_made")

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.log.append("buffered buffer_updated " + show(self.buffer[:nbytes]))
        self.progress.pop().set_result(None)

    def connection_lost(self, exc):
        self.log.append("buffered connection_lost")


async def main():
    loop = asyncio.get_running_loop()
    log, progress = [], []
    transport, protocol, peer = await connect(lambda: Plain("first", log, progress))

    async def send(data):
        received = loop.create_future()
        progress.append(received)
        peer.sendall(data)
        await received

    await send(b"one")
    buffered = Buffered(log, progress)
    transport.set_protocol(buffered)
    print("protocol replaced", flag(transport.get_protocol() is buffered))
    await send(b"two")
    transport.set_protocol(Plain("last", log, progress))
    await send(b"three")
    transport.close()
    await asyncio.sleep(0)
    for line in log:
        print(line)
    peer.close()


asyncio.run(main())
