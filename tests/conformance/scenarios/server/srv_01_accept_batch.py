"""SRV-01: up to backlog + 1 connections are accepted per event."""
import asyncio
import socket


class Side(asyncio.Protocol):
    def __init__(self, ticks, tick, done):
        self.ticks = ticks
        self.tick = tick
        self.done = done

    def connection_made(self, transport):
        self.ticks.append(self.tick[0])
        if len(self.ticks) == 5:
            self.done.set_result(None)
        transport.close()


async def attempt(backlog):
    loop = asyncio.get_running_loop()
    ticks, tick, running = [], [0], [True]
    done = loop.create_future()

    def count():
        tick[0] += 1
        if running[0]:
            loop.call_soon(count)

    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    clients = [socket.create_connection(listener.getsockname()) for _ in range(5)]
    loop.call_soon(count)
    server = await loop.create_server(lambda: Side(ticks, tick, done), sock=listener, backlog=backlog)
    await done
    running[0] = False
    groups = [str(ticks.count(value)) for value in sorted(set(ticks))]
    print("backlog", backlog, "accepted together:", " ".join(groups))
    server.close()
    await server.wait_closed()
    for client in clients:
        client.close()


async def main():
    await attempt(100)
    await attempt(1)


asyncio.run(main())
