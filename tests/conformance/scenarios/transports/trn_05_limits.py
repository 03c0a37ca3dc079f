"""TRN-05: the marks of the write buffer: defaults, one of two given, bad values."""
import asyncio
import socket


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

    def show_limits(title):
        low, high = transport.get_write_buffer_limits()
        print(f"{title}: low {low} high {high}")

    show_limits("default")
    transport.set_write_buffer_limits(high=0)
    show_limits("high=0")
    transport.set_write_buffer_limits(low=100)
    show_limits("low=100")
    transport.set_write_buffer_limits(high=1000)
    show_limits("high=1000")
    transport.set_write_buffer_limits(high=10, low=10)
    show_limits("both 10")
    try:
        transport.set_write_buffer_limits(high=5, low=6)
    except ValueError as e:
        print(error(e))
    show_limits("unchanged")
    transport.set_write_buffer_limits()
    show_limits("none given")
    transport.close()
    peer.close()
    await asyncio.sleep(0)


asyncio.run(main())
