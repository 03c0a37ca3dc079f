"""LOOP-02: in one iteration ready handles run first, then I/O callbacks, then due timers."""

import asyncio
import socket


def readable():
    print("readable", ours.recv(10).decode())


def writable():
    print("writable")
    loop.remove_writer(ours.fileno())


def ready():
    print("ready")
    loop.call_soon(print, "next iteration")
    loop.call_soon(loop.stop)


loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
ours.setblocking(False)
theirs.send(b"x")
loop.call_later(0, print, "timer")
loop.add_writer(ours.fileno(), writable)
loop.add_reader(ours.fileno(), readable)
loop.call_soon(ready)
loop.run_forever()
loop.remove_reader(ours.fileno())
ours.close()
theirs.close()
loop.close()
