"""LOOP-22: a reader removed while its callback is already queued does not run."""

import asyncio
import socket


def readable(number):
    ran.append(number)
    loop.remove_reader(pairs[1 - number][0].fileno())
    loop.call_soon(loop.call_soon, loop.stop)
    pairs[number][0].recv(10)


loop = asyncio.new_event_loop()
ran = []
pairs = [socket.socketpair(), socket.socketpair()]
for number, (ours, theirs) in enumerate(pairs):
    ours.setblocking(False)
    theirs.send(b"x")
    loop.add_reader(ours.fileno(), readable, number)
loop.run_forever()
print("both were readable, ran", len(ran))
loop.remove_reader(pairs[ran[0]][0].fileno())
for ours, theirs in pairs:
    ours.close()
    theirs.close()
loop.close()
