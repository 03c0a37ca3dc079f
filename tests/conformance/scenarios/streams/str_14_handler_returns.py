"""STR-14: a handler that returns does not close its connection."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


async def main():
    loop = asyncio.get_running_loop()
    returned = loop.create_future()

    async def serve(reader, writer):
        writer.write(b"hello")
        returned.set_result(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer = socket.create_connection(server.sockets[0].getsockname())
    writer = await returned
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("closing", flag(writer.is_closing()))
    print("peer reads", show(peer.recv(5, socket.MSG_WAITALL)))
    server.close()
    writer.close()
    await writer.wait_closed()
    await server.wait_closed()
    peer.close()


asyncio.run(main())
