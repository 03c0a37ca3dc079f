"""STR-14: the handler may be a plain function; its error is reported in the same way."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print("handler:", context["message"], "-", error(context["exception"]))
    )
    calls = []
    called = []

    def serve(reader, writer):
        calls.append((reader, writer))
        called[-1].set_result(writer)
        if len(calls) == 2:
            raise ValueError("bad client")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    called.append(loop.create_future())
    peer = socket.create_connection(server.sockets[0].getsockname())
    writer = await called[-1]
    await asyncio.sleep(0)
    print("closing", flag(writer.is_closing()))
    writer.write(b"hello")
    writer.close()
    print("peer reads", show(peer.recv(5, socket.MSG_WAITALL)))
    await writer.wait_closed()
    peer.close()

    called.append(loop.create_future())
    peer = socket.create_connection(server.sockets[0].getsockname())
    writer = await called[-1]
    await asyncio.sleep(0)
    print("closing", flag(writer.is_closing()))
    print("peer reads", show(peer.recv(1)))
    server.close()
    await server.wait_closed()
    peer.close()


asyncio.run(main())
