"""LOOP-01: the loop polls for I/O once between a callback and what it added."""

import asyncio
import socket


def first():
    print("first")
    theirs.send(b"x")
    loop.call_soon(second)


def second():
    print("second")
    loop.call_soon(third)


def third():
    print("third")
    loop.stop()


def readable():
    print("readable", ours.recv(10).decode())


loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
ours.setblocking(False)
loop.add_reader(ours.fileno(), readable)
loop.call_soon(first)
loop.run_forever()
loop.remove_reader(ours.fileno())
ours.close()
theirs.close()
loop.close()
