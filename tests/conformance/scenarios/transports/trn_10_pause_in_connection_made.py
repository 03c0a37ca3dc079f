"""TRN-10: pause_reading() works in connection_made()."""
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


class Client(asyncio.Protocol):
    def __init__(self, received, got_data):
        self.received = received
        self.got_data = got_data

    def connection_made(self, transport):
        transport.pause_reading()

    def data_received(self, data):
        self.received.extend(data)
        self.got_data.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    received = bytearray()
    got_data = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(received, got_data))
    peer.sendall(b"hello")
    await asyncio.sleep(0.02)
    print("reading", flag(transport.is_reading()), "received", show(received))
    transport.resume_reading()
    await got_data
    print("reading", flag(transport.is_reading()), "received", show(received))
    transport.close()
    peer.close()
    await asyncio.sleep(0)


asyncio.run(main())
