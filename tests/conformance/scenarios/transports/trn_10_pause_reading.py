"""TRN-10: pause_reading() and resume_reading() may be repeated, and do nothing when closing."""
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

    def data_received(self, data):
        self.received.extend(data)
        self.got_data.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    received = bytearray()
    got_data = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(received, got_data))
    print("reading", flag(transport.is_reading()))
    transport.pause_reading()
    transport.pause_reading()
    print("reading", flag(transport.is_reading()))
    peer.sendall(b"held back")
    await asyncio.sleep(0.02)
    print("received", show(received))
    transport.resume_reading()
    transport.resume_reading()
    print("reading", flag(transport.is_reading()))
    await got_data
    print("received", show(received))
    transport.pause_reading()
    transport.close()
    transport.resume_reading()
    print("reading when closing", flag(transport.is_reading()))
    transport.pause_reading()
    await asyncio.sleep(0)
    transport.resume_reading()
    print("reading when closed", flag(transport.is_reading()))
    peer.close()


asyncio.run(main())
