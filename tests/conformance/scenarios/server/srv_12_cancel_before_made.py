"""SRV-12: a cancel while create_connection() waits for connection_made() closes the transport."""
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


class Client(asyncio.Protocol):
    def __init__(self, log):
        self.log = log

    def connection_made(self, transport):
        self.log.append("connection_made, closing " + flag(transport.is_closing()))

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))


async def main():
    loop = asyncio.get_running_loop()
    log = []
    listener = socket.create_server(("127.0.0.1", 0))
    sock = socket.create_connection(listener.getsockname())
    peer, _ = listener.accept()
    listener.close()

    async def open_transport():
        await loop.create_connection(lambda: Client(log), sock=sock)

    task = asyncio.create_task(open_transport())
    loop.call_soon(task.cancel, "stop")
    try:
        await task
    except asyncio.CancelledError as e:
        log.append("create_connection " + error(e))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for line in log:
        print(line)
    print("peer reads", show(peer.recv(1)))
    peer.close()


asyncio.run(main())
