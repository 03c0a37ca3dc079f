"""SRV-10: local_addr is bound before connecting; an address that cannot be bound is named in the error."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def says(exc, *parts):
    """Whether the text of an error has all of these in it."""
    return flag(all(part in str(exc) for part in parts))


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    transport, protocol = await loop.create_connection(
        asyncio.Protocol, host, port, local_addr=("127.0.0.2", 0)
    )
    print("local", transport.get_extra_info("sockname")[0])
    peer, address = listener.accept()
    print("seen as", address[0])
    transport.close()
    peer.close()
    await asyncio.sleep(0)

    try:
        await loop.create_connection(asyncio.Protocol, host, port, local_addr=("192.0.2.1", 0))
    except OSError as e:
        print(type(e).__name__, "names the attempt", says(e, "error while attempting to bind on address"))
        print("names the address", says(e, "192.0.2.1"))
        print("names the reason", says(e, "cannot assign requested address"))
    try:
        await loop.create_connection(asyncio.Protocol, host, port, local_addr=("192.0.2.1", 0), all_errors=True)
    except ExceptionGroup as e:
        print(error(e))
    try:
        await loop.create_connection(asyncio.Protocol, host, port, local_addr=("::1", 0))
    except OSError as e:
        print(type(e).__name__, flag(str(e).startswith("no matching local address with family=")))
    listener.close()


asyncio.run(main())
