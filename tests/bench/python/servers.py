"""The servers. They speak with the program that starts them as src/server.rs does.

    python servers.py LOOP protocol|streams SERVICE THREADS CORE

The first thread stays on the core where the program was started; the others have the cores from CORE on. The services
are those of src/contestants/servers.rs.
"""

import asyncio
import os
import sys
import threading
import time

import loops

LAST = b"."
SEPARATOR = b"\r\n\r\n"
READ_SIZE = 128 * 1024


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class Once(Echo):
    def data_received(self, data):
        self.transport.write(data)
        self.transport.close()


async def echo(reader, writer):
    while data := await reader.read(READ_SIZE):
        writer.write(data)
        await writer.drain()


async def once(reader, writer):
    writer.write(await reader.read(64))


async def lines(reader, writer):
    await answer_lines(reader.readline, writer)


async def until(reader, writer):
    try:
        await answer_lines(lambda: reader.readuntil(SEPARATOR), writer)
    except asyncio.IncompleteReadError:
        pass


async def answer_lines(read, writer):
    reply = []
    while line := await read():
        reply.append(line)
        if line.startswith(LAST):
            writer.writelines(reply)
            await writer.drain()
            reply.clear()


PROTOCOLS = {"echo": Echo, "small-echo": Echo, "once": Once}
HANDLERS = {"echo": echo, "small-echo": echo, "once": once, "lines": lines, "until": until}


async def main(port, shares_port, listening):
    options = {"host": "127.0.0.1", "port": port, "reuse_port": shares_port or None}
    if API == "streams":
        handler = HANDLERS[SERVICE]

        async def connected(reader, writer):
            await handler(reader, writer)
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(connected, **options)
    else:
        event_loop = asyncio.get_running_loop()
        server = await event_loop.create_server(PROTOCOLS[SERVICE], **options)
    listening(*server.sockets[0].getsockname())
    await server.serve_forever()


def serve(port, number):
    """Serves in this thread, and starts the next one when this one listens."""
    if number > 0:
        os.sched_setaffinity(0, {CORE + number - 1})

    def listening(host, port):
        if number + 1 < THREADS:
            threading.Thread(target=serve, args=(port, number + 1), daemon=True).start()
        else:
            print(f"{host}:{port}", flush=True)

    with loops.runner(LOOP) as runner:
        runner.run(main(port, THREADS > 1, listening))


def answer():
    for _ in sys.stdin:
        print(time.process_time_ns(), flush=True)
    os._exit(0)


LOOP, API, SERVICE, THREADS, CORE = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
threading.Thread(target=answer, daemon=True).start()
serve(0, 0)
