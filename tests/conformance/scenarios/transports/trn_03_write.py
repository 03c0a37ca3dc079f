"""TRN-03: write() sends at once, an empty write does nothing, a write after write_eof() is refused."""
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


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


async def main():
    transport, protocol, peer = await connect(asyncio.Protocol)
    transport.write(b"")
    transport.write(b"one ")
    transport.write(bytearray(b"two "))
    transport.write(memoryview(b"three"))
    print("buffered", transport.get_write_buffer_size())
    print(show(peer.recv(13, socket.MSG_WAITALL)))
    transport.write_eof()
    print(show(peer.recv(1)))
    try:
        transport.write(b"more")
    except RuntimeError as e:
        print(error(e))
    try:
        transport.writelines([b"more"])
    except RuntimeError as e:
        print(error(e))
    transport.close()
    peer.close()
    await asyncio.sleep(0)


asyncio.run(main())
