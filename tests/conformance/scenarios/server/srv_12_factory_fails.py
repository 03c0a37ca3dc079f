"""SRV-12: the socket is closed if the protocol factory raises."""
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
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()

    def factory():
        raise ValueError("no protocol")

    try:
        await loop.create_connection(factory, host, port)
    except ValueError as e:
        print(error(e))
    peer, _ = listener.accept()
    print("peer reads", show(peer.recv(1)))
    peer.close()
    listener.close()


asyncio.run(main())
