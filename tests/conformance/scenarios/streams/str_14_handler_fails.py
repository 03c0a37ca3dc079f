"""STR-14: an error of the handler is reported and closes the connection."""
import asyncio
import socket


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
    handled = loop.create_future()

    def on_error(loop, context):
        print("handler:", context["message"], "-", error(context["exception"]))
        handled.set_result(None)

    async def serve(reader, writer):
        print("got", show(await reader.readline()))
        raise ValueError("bad request")

    loop.set_exception_handler(on_error)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer = socket.create_connection(server.sockets[0].getsockname())
    peer.sendall(b"hello\n")
    await handled
    await asyncio.sleep(0)
    print("peer reads", show(peer.recv(1)))
    server.close()
    await server.wait_closed()
    peer.close()


asyncio.run(main())
