"""TRN-15: writelines() sends all chunks in order, skips empty ones and obeys flow control."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


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


def fill(transport):
    """Write until the kernel takes no more, return the number of bytes written."""
    written = 0
    while transport.get_write_buffer_size() == 0:
        transport.write(bytes(65536))
        written += 65536
    return written


async def receive(peer, size):
    """Read this many bytes at the other end while the loop goes on (-1: to the end)."""
    peer.setblocking(False)
    received = 0
    while received != size:
        try:
            data = peer.recv(65536)
        except BlockingIOError:
            await asyncio.sleep(0)
            continue
        if not data:
            break
        received += len(data)
        await asyncio.sleep(0)
    return received


class Client(asyncio.Protocol):
    def __init__(self, log):
        self.log = log

    def pause_writing(self):
        self.log.append("pause_writing")

    def resume_writing(self):
        self.log.append("resume_writing")


async def main():
    log = []
    transport, protocol, peer = await connect(lambda: Client(log))
    transport.writelines([b"one ", b"", b"two ", b"three"])
    print("buffered", transport.get_write_buffer_size())
    print(show(peer.recv(13, socket.MSG_WAITALL)))
    transport.writelines([])
    transport.writelines([b"", b""])
    many = [b"x"] * 3000
    transport.writelines(many)
    print("many chunks", await receive(peer, 3000))

    written = fill(transport)
    log.clear()
    base = transport.get_write_buffer_size()
    transport.set_write_buffer_limits(high=base + 200000, low=0)
    log.append("writelines")
    transport.writelines([bytes(4000000), b"", bytes(4000000)])
    log.append("returned")
    written += 8000000
    transport.close()
    print("all received", flag(await receive(peer, -1) == written))
    await asyncio.sleep(0)
    print(", ".join(log))
    peer.close()


asyncio.run(main())
