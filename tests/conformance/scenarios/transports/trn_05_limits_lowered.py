"""TRN-05: lowering the high mark below what is buffered pauses the protocol at once."""
import asyncio
import socket


async def connect(factory):
    """A transport whose other end is a plain blocking socket."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(factory, host, port)
    peer, _ = listener.accept()
    listener.close()
    return transport, protocol, peer


def fill(transport):
    """Write until the kernel takes no more, return the number of bytes written."""
    written = 0
    while transport.get_write_buffer_size() == 0:
        transport.write(bytes(65536))
        written += 65536
    return written


class Client(asyncio.Protocol):
    def __init__(self, log):
        self.log = log

    def pause_writing(self):
        self.log.append("pause_writing")


async def main():
    log = []
    transport, protocol, peer = await connect(lambda: Client(log))
    transport.set_write_buffer_limits(high=1 << 30)
    fill(transport)
    log.append("lower the mark")
    transport.set_write_buffer_limits(high=0)
    log.append("lowered")
    transport.set_write_buffer_limits(high=0)
    print(", ".join(log))
    transport.abort()
    peer.close()
    await asyncio.sleep(0)


asyncio.run(main())
