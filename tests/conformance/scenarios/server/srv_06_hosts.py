"""SRV-06: one host, several hosts, a host twice, a host that this machine does not have."""
import asyncio


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


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
        print(error(e))


asyncio.run(main())
