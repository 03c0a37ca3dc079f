"""TRN-17: after connection_lost() get_extra_info() still answers and the protocol is dropped."""
import asyncio
import socket
import weakref


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
    def __init__(self, closed):
        self.closed = closed

    def connection_lost(self, exc):
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(closed))
    peername, sockname = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    alive = weakref.ref(protocol)
    del protocol
    print("protocol alive", flag(alive() is not None))
    transport.close()
    await closed
    await asyncio.sleep(0)
    print("protocol alive", flag(alive() is not None))
    print("peername", flag(transport.get_extra_info("peername") == peername))
    print("sockname", flag(transport.get_extra_info("sockname") == sockname))
    print("closing", flag(transport.is_closing()), "reading", flag(transport.is_reading()))
    print("buffered", transport.get_write_buffer_size())
    print("peer sees", show(peer.recv(1)))
    peer.close()


asyncio.run(main())
