"""STR-10: drain() raises after the connection was closed, and lets connection_lost() run first."""
import asyncio
import socket


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def open_stream(limit=65536):
    """A stream whose other end is a plain blocking socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    reader, writer = await asyncio.open_connection(host, port, limit=limit)
    peer, _ = listener.accept()
    listener.close()
    return reader, writer, peer


async def main():
    reader, writer, peer = await open_stream()
    log = []
    writer.close()
    asyncio.get_running_loop().call_soon(log.append, "callback")
    try:
        await writer.drain()
    except ConnectionResetError as e:
        print(error(e))
    print(", ".join(log))
    try:
        await writer.drain()
    except ConnectionResetError as e:
        print(error(e))
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
