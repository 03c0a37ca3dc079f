"""SRV-05: close_clients() flushes the connections, abort_clients() drops what they have buffered."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def fill(transport):
    """Write until the kernel takes no more, return the number of bytes written."""
    written = 0
    while transport.get_write_buffer_size() == 0:
        transport.write(bytes(65536))
        written += 65536
    return written


async def receive(peer, size):
    """Read this many bytes at the other end while the loop goes on (-1: to the end)."""
    peer.setblocking(False)
    received = 0
    while received != size:
        try:
            data = peer.recv(65536)
        except BlockingIOError:
            await asyncio.sleep(0)
            continue
        if not data:
            break
        received += len(data)
        await asyncio.sleep(0)
    return received


class Side(asyncio.Protocol):
    def __init__(self, made, lost):
        self.made = made
        self.lost = lost

    def connection_made(self, transport):
        self.made.set_result(transport)

    def connection_lost(self, exc):
        self.lost.set_result(exc)


async def attempt(abort):
    loop = asyncio.get_running_loop()
    made, lost = loop.create_future(), loop.create_future()
    server = await loop.create_server(lambda: Side(made, lost), "127.0.0.1", 0)
    peer = socket.create_connection(server.sockets[0].getsockname())
    transport = await made
    written = fill(transport)
    if abort:
        server.abort_clients()
    else:
        server.close_clients()
    print("closing", flag(transport.is_closing()), "buffered", flag(transport.get_write_buffer_size() > 0))
    print("serving", flag(server.is_serving()))
    print("all received", flag(await receive(peer, -1) == written))
    print("connection_lost", error(await lost))
    server.close()
    await server.wait_closed()
    peer.close()


async def main():
    print("close_clients")
    await attempt(False)
    print("abort_clients")
    await attempt(True)


asyncio.run(main())
