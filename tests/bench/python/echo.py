"""The echo servers. They speak with the program that starts them as src/server.rs does.

    python echo.py LOOP protocol|streams
"""

import asyncio
import os
import sys
import threading
import time

import loops


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def echo(reader, writer):
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


def answer():
    for _ in sys.stdin:
        print(time.process_time_ns(), flush=True)
    os._exit(0)


async def main(api):
    if api == "streams":
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
    else:
        event_loop = asyncio.get_running_loop()
        server = await event_loop.create_server(Echo, "127.0.0.1", 0)
    print("%s:%s" % server.sockets[0].getsockname(), flush=True)
    threading.Thread(target=answer, daemon=True).start()
    await server.serve_forever()


with loops.runner(sys.argv[1]) as runner:
    runner.run(main(sys.argv[2]))
