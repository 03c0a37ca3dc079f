"""SRV-08: addresses are tried in order; if all fail their errors are joined into one."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # no host means both loopback addresses, IPv6 first; nobody listens there
    transport, protocol = await loop.create_connection(asyncio.Protocol, None, port)
    print("connected to", transport.get_extra_info("peername")[0])
    transport.close()
    await asyncio.sleep(0)
    listener.close()

    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    try:
        await loop.create_connection(asyncio.Protocol, None, port)
    except OSError as e:
        text = str(e)
        print(type(e).__name__, "errno", "none" if e.errno is None else "some")
        print("starts", flag(text.startswith("Multiple exceptions: ")))
        print("names both", flag("::1" in text and "127.0.0.1" in text))
        print("in order", flag(text.index("::1") < text.index("127.0.0.1")))
    try:
        await loop.create_connection(asyncio.Protocol, None, port, all_errors=True)
    except ExceptionGroup as e:
        print(error(e))
        print("of the group", len(e.exceptions))
    closed.close()


asyncio.run(main())
