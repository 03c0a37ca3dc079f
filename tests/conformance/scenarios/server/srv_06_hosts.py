"""SRV-06: one host, several hosts, a host twice, a host that this machine does not have."""
import asyncio


def flag(value):
    return "true" if value else "false"


def says(exc, *parts):
    """Whether the text of an error has all of these in it."""
    return flag(all(part in str(exc) for part in parts))


async def attempt(host):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, host, 0)
    hosts = sorted(sock.getsockname()[0] for sock in server.sockets)
    print(len(hosts), " ".join(hosts))
    server.close()
    await server.wait_closed()


async def main():
    await attempt("127.0.0.1")
    await attempt(["127.0.0.1", "127.0.0.2"])
    await attempt(["127.0.0.1", "127.0.0.1"])
    await attempt(["127.0.0.1", "192.0.2.1"])
    try:
        await attempt("192.0.2.1")
    except OSError as e:
        print(type(e).__name__, str(e).split(" [")[0])
        print("names the address", says(e, "192.0.2.1"))


asyncio.run(main())
