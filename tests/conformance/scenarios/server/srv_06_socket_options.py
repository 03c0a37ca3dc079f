"""SRV-06: the options that create_server() sets on its sockets."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def option(server, name):
    return server.sockets[0].getsockopt(socket.SOL_SOCKET, name) != 0


async def attempt(title, **options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, **options)
    reuse_address = flag(option(server, socket.SO_REUSEADDR))
    reuse_port = flag(option(server, socket.SO_REUSEPORT))
    keep_alive = flag(option(server, socket.SO_KEEPALIVE))
    print(f"{title}: reuse_address {reuse_address} reuse_port {reuse_port} keep_alive {keep_alive}")
    return server


async def main():
    loop = asyncio.get_running_loop()
    servers = [
        await attempt("default"),
        await attempt("reuse_address off", reuse_address=False),
        await attempt("keep_alive", keep_alive=True),
        await attempt("reuse_port", reuse_port=True),
    ]
    host, port = servers[-1].sockets[0].getsockname()
    servers.append(await loop.create_server(asyncio.Protocol, host, port, reuse_port=True))
    print("same port twice", flag(servers[-1].sockets[0].getsockname() == (host, port)))
    for server in servers:
        server.close()
        await server.wait_closed()


asyncio.run(main())
