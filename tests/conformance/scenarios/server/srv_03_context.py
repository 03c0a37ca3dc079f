"""SRV-03: each accepted connection runs in its own copy of the context the server was created in."""
import asyncio
import contextvars
import socket


VAR = contextvars.ContextVar("VAR", default="unset")


class Side(asyncio.Protocol):
    def __init__(self, log, closed):
        self.log = log
        self.closed = closed
        self.log.append("factory " + VAR.get())

    def connection_made(self, transport):
        self.transport = transport
        self.log.append("connection_made " + VAR.get())
        VAR.set("changed by the connection")

    def data_received(self, data):
        self.log.append("data_received " + VAR.get())
        self.transport.close()

    def connection_lost(self, exc):
        self.log.append("connection_lost " + VAR.get())
        self.closed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    log, waiting = [], []
    VAR.set("creation")
    server = await loop.create_server(lambda: Side(log, waiting[-1]), "127.0.0.1", 0)
    VAR.set("later")
    for _ in range(2):
        closed = loop.create_future()
        waiting.append(closed)
        client = socket.create_connection(server.sockets[0].getsockname())
        client.sendall(b"x")
        await closed
        client.close()
    for line in log:
        print(line)
    print("main", VAR.get())
    server.close()
    await server.wait_closed()


asyncio.run(main())
