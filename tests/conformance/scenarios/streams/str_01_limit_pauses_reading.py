"""STR-01: the reader pauses the transport above twice its limit and resumes it at the limit."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


async def open_stream(limit=65536):
    """A stream whose other end is a plain blocking socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    reader, writer = await asyncio.open_connection(host, port, limit=limit)
    peer, _ = listener.accept()
    listener.close()
    return reader, writer, peer


async def until_paused(writer):
    while writer.transport.is_reading():
        await asyncio.sleep(0)


async def main():
    reader, writer, peer = await open_stream(limit=10)
    peer.sendall(b"x" * 20)
    print(len(await reader.read(1)), "byte")
    print("19 bytes left: reading", flag(writer.transport.is_reading()))
    peer.sendall(b"y" * 2)
    await until_paused(writer)
    print("21 bytes: reading", flag(writer.transport.is_reading()))
    print(len(await reader.read(10)), "bytes")
    print("11 bytes left: reading", flag(writer.transport.is_reading()))
    print(len(await reader.read(1)), "byte")
    print("10 bytes left: reading", flag(writer.transport.is_reading()))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
