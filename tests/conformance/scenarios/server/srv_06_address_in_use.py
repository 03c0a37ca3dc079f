"""SRV-06: any other error of bind() names the address, and closes what was bound before."""
import asyncio
import errno
import os
import socket


def flag(value):
    return "true" if value else "false"


def says(exc, *parts):
    """Whether the text of an error has all of these in it."""
    return flag(all(part in str(exc) for part in parts))


def count_descriptors():
    return len(os.listdir("/proc/self/fd"))


async def main():
    loop = asyncio.get_running_loop()
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    before = count_descriptors()
    for host in ("127.0.0.1", ["127.0.0.2", "127.0.0.1"]):
        try:
            await loop.create_server(asyncio.Protocol, host, port)
        except OSError as e:
            print("EADDRINUSE", flag(e.errno == errno.EADDRINUSE))
            print("names the attempt", says(e, "error while attempting to bind on address"))
            print("names the address", says(e, "127.0.0.1", str(port)))
            print("names the reason", says(e, "address already in use"))
    print("descriptors left over", count_descriptors() - before)
    taken.close()


asyncio.run(main())
