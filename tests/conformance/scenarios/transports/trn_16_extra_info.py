"""TRN-16: what get_extra_info() tells about a TCP transport."""
import asyncio
import socket


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


async def main():
    loop = asyncio.get_running_loop()
    transport, protocol, peer = await connect(asyncio.Protocol)
    print("peername", flag(transport.get_extra_info("peername") == peer.getsockname()))
    print("sockname", flag(transport.get_extra_info("sockname") == peer.getpeername()))
    sock = transport.get_extra_info("socket")
    print("socket", flag(sock.getsockname() == peer.getpeername()), flag(sock.getpeername() == peer.getsockname()))
    print("stream", flag(sock.type == socket.SOCK_STREAM), "IPv4", flag(sock.family == socket.AF_INET))
    transport.close()
    peer.close()
    await asyncio.sleep(0)


asyncio.run(main())
