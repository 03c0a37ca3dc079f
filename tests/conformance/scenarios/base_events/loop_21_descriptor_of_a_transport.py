"""LOOP-21: a descriptor that a live transport owns cannot get a reader or writer."""

import asyncio
import socket


def b(value):
    return "true" if value else "false"


def noop():
    pass


async def main():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    fd = ours.fileno()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    attempts = {
        "add_reader": lambda: loop.add_reader(fd, noop),
        "remove_reader": lambda: loop.remove_reader(fd),
        "add_writer": lambda: loop.add_writer(fd, noop),
        "remove_writer": lambda: loop.remove_writer(fd),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except RuntimeError as e:
            text = str(e).split(" <")[0].replace(str(fd), "N")
            print(name, f"{type(e).__name__}({text} ...)")
    transport.close()
    print("while it closes: removed", b(loop.remove_reader(fd)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    theirs.close()


asyncio.run(main())
