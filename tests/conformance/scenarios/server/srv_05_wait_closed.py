"""SRV-05: wait_closed() waits until the server is closed and all connections are gone, in any order."""
import asyncio


def flag(value):
    return "true" if value else "false"


class Side(asyncio.Protocol):
    def __init__(self, made):
        self.made = made

    def connection_made(self, transport):
        self.made.set_result(transport)


async def pass_ticks():
    for _ in range(10):
        await asyncio.sleep(0)


async def start():
    loop = asyncio.get_running_loop()
    made = loop.create_future()
    server = await loop.create_server(lambda: Side(made), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    transport = await made
    waiting = asyncio.create_task(server.wait_closed())
    await pass_ticks()
    print("open, one connection: waiting", flag(not waiting.done()))
    return server, writer, transport, waiting


async def main():
    server, writer, transport, waiting = await start()
    server.close()
    await pass_ticks()
    print("closed, one connection: waiting", flag(not waiting.done()))
    transport.close()
    await waiting
    print("both")
    writer.close()
    await writer.wait_closed()

    server, writer, transport, waiting = await start()
    transport.close()
    await pass_ticks()
    print("open, no connection: waiting", flag(not waiting.done()))
    server.close()
    await waiting
    print("both")
    await server.wait_closed()
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
