"""LOOP-34: in debug mode sock_* methods refuse a blocking socket."""

import asyncio
import socket


def err(e):
    return f"{type(e).__name__}({e})"


async def main():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.send(b"x")
    loop.set_debug(True)
    try:
        await loop.sock_recv(ours, 10)
    except ValueError as e:
        print("sock_recv", err(e))
    try:
        await loop.sock_sendall(ours, b"x")
    except ValueError as e:
        print("sock_sendall", err(e))
    ours.setblocking(False)
    print("non-blocking", (await loop.sock_recv(ours, 10)).decode())
    ours.close()
    theirs.close()


asyncio.run(main())
