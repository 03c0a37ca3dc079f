"""SRV-14: cancelling a connect closes its socket."""
import asyncio
import os
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


def count_descriptors():
    return len(os.listdir("/proc/self/fd"))


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    before = count_descriptors()
    task = asyncio.create_task(loop.create_connection(asyncio.Protocol, host, port))
    await asyncio.sleep(0)
    print("connecting", flag(not task.done()), "descriptors", count_descriptors() - before)
    task.cancel("stop")
    try:
        await task
    except asyncio.CancelledError as e:
        print(error(e))
    print("descriptors", count_descriptors() - before)
    peer, _ = listener.accept()
    print("peer reads", show(peer.recv(1)))
    peer.close()
    listener.close()


asyncio.run(main())
