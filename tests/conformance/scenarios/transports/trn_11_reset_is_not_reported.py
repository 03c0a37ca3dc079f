"""TRN-11: a reset by the peer goes to connection_lost() only, the exception handler is not called."""
import asyncio
import socket
import struct


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


def reset(peer):
    """Close with a reset instead of an end of file."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


class Client(asyncio.Protocol):
    def __init__(self, closed):
        self.closed = closed

    def connection_lost(self, exc):
        self.closed.set_result(exc)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("handler:", context["message"]))
    closed = loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(closed))
    reset(peer)
    print("connection_lost", type(await closed).__name__)
    print("closing", flag(transport.is_closing()))


asyncio.run(main())
