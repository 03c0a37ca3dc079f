"""LOOP-21: one callback per descriptor and direction; adding replaces, removing tells."""

import asyncio
import socket


def b(value):
    return "true" if value else "false"


def readable(name):
    print(name, "got", ours.recv(10).decode())
    loop.stop()


def writable(name):
    print(name, "can write")
    loop.stop()


loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
ours.setblocking(False)
fd = ours.fileno()

print("remove before add", b(loop.remove_reader(fd)), b(loop.remove_writer(fd)))
loop.add_reader(fd, readable, "first reader")
loop.add_reader(fd, readable, "second reader")
theirs.send(b"one")
loop.run_forever()

loop.add_writer(fd, writable, "first writer")
loop.add_writer(fd, writable, "second writer")
loop.run_forever()

print("remove writer", b(loop.remove_writer(fd)), b(loop.remove_writer(fd)))
theirs.send(b"two")
loop.run_forever()
print("remove reader", b(loop.remove_reader(fd)), b(loop.remove_reader(fd)))

theirs.send(b"three")
loop.call_later(0.01, loop.stop)
loop.run_forever()
print("nobody reads", ours.recv(10).decode())
ours.close()
theirs.close()
loop.close()
