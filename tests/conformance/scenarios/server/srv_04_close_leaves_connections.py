"""SRV-04: close() stops listening but leaves the connections that exist."""
import asyncio
import socket


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


class Echo(asyncio.Protocol):
    def __init__(self, made):
        self.made = made

    def connection_made(self, transport):
        self.transport = transport
        self.made.set_result(None)

    def data_received(self, data):
        self.transport.write(data)


async def main():
    loop = asyncio.get_running_loop()
    made = loop.create_future()
    server = await loop.create_server(lambda: Echo(made), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    await made
    server.close()
    writer.write(b"still there\n")
    print(show(await reader.readline()))
    try:
        socket.create_connection(address)
    except ConnectionRefusedError as e:
        print("new connection:", type(e).__name__)
    writer.close()
    await writer.wait_closed()
    await server.wait_closed()
    print("closed")


asyncio.run(main())
