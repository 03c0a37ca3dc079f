"""TRN-02: TCP_NODELAY is set on both sides of a TCP connection."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


class Side(asyncio.Protocol):
    def __init__(self, made):
        self.made = made

    def connection_made(self, transport):
        self.made.set_result(transport)


def nodelay(transport):
    sock = transport.get_extra_info("socket")
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


async def main():
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()
    server = await loop.create_server(lambda: Side(accepted), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    connected = loop.create_future()
    transport, _ = await loop.create_connection(lambda: Side(connected), host, port)
    print("client", flag(nodelay(transport)))
    print("server", flag(nodelay(await accepted)))
    transport.close()
    server.close()
    await server.wait_closed()


asyncio.run(main())
