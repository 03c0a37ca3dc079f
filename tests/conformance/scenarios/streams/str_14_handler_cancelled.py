"""STR-14: a handler that is cancelled closes its connection without a report."""
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
    loop.set_exception_handler(lambda loop, context: print("handler:", context["message"]))
    started = loop.create_future()

    async def serve(reader, writer):
        started.set_result(asyncio.current_task())
        try:
            await reader.readline()
        except asyncio.CancelledError as e:
            print("handler", error(e))
            raise

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer = socket.create_connection(server.sockets[0].getsockname())
    task = await started
    await asyncio.sleep(0)
    task.cancel("stop")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print("peer reads", show(peer.recv(1)))
    server.close()
    await server.wait_closed()
    peer.close()


asyncio.run(main())
