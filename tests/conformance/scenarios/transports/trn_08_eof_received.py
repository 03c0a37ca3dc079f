"""TRN-08: eof_received() that returns true keeps the transport half-open, otherwise it is closed."""
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


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


class Client(asyncio.Protocol):
    def __init__(self, keep_open, log, got_eof, closed):
        self.keep_open = keep_open
        self.log = log
        self.got_eof = got_eof
        self.closed = closed

    def eof_received(self):
        self.log.append("eof_received")
        self.got_eof.set_result(None)
        return self.keep_open

    def connection_lost(self, exc):
        self.log.append("connection_lost " + error(exc))
        self.closed.set_result(None)


async def attempt(keep_open):
    loop = asyncio.get_running_loop()
    log = []
    got_eof, closed = loop.create_future(), loop.create_future()
    transport, protocol, peer = await connect(lambda: Client(keep_open, log, got_eof, closed))
    peer.shutdown(socket.SHUT_WR)
    await got_eof
    log.append("closing " + flag(transport.is_closing()))
    await asyncio.sleep(0)
    if not transport.is_closing():
        transport.write(b"still writing")
        print(show(peer.recv(13, socket.MSG_WAITALL)))
        transport.close()
    await closed
    print(", ".join(log))
    peer.close()


async def main():
    print("keep open")
    await attempt(True)
    print("do not keep open")
    await attempt(False)


asyncio.run(main())
