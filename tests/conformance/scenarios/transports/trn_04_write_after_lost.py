"""TRN-04: writes on a lost connection are dropped, and from the fifth on a warning is logged."""
import asyncio
import logging
import socket


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


class Printer(logging.Handler):
    def __init__(self, messages):
        super().__init__()
        self.messages = messages

    def emit(self, record):
        self.messages.append(record.getMessage())


async def main():
    messages = []
    logger = logging.getLogger("asyncio")
    logger.propagate = False
    logger.addHandler(Printer(messages))
    transport, protocol, peer = await connect(asyncio.Protocol)
    transport.abort()
    for count in range(1, 8):
        transport.write(b"x")
        print("write", count, "warnings", len(messages))
    print(messages[0])
    transport.write(b"")
    print("empty write, warnings", len(messages))
    transport.writelines([b"x"])
    print("writelines, warnings", len(messages))
    print("buffered", transport.get_write_buffer_size())
    await asyncio.sleep(0)
    print(show(peer.recv(1)))
    peer.close()


asyncio.run(main())
