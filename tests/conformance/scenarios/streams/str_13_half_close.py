"""STR-13: after the peer's end of file the stream can still write."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


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
    peer.sendall(b"question")
    peer.shutdown(socket.SHUT_WR)
    print(show(await reader.read()))
    print("at_eof", flag(reader.at_eof()), "closing", flag(writer.is_closing()))
    writer.write(b"answer")
    await writer.drain()
    print(show(peer.recv(6, socket.MSG_WAITALL)))
    print("can_write_eof", flag(writer.can_write_eof()))
    writer.write_eof()
    print(show(peer.recv(1)))
    print("closing", flag(writer.is_closing()))
    writer.close()
    await writer.wait_closed()
    peer.close()


asyncio.run(main())
