"""SRV-04: serve_forever() may run once; cancelling it closes the server and its clients, and waits for them."""
import asyncio


def flag(value):
    return "true" if value else "false"


def show(data):
    text = bytes(data).decode("ascii").replace("\\", "\\\\")
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


class Side(asyncio.Protocol):
    def __init__(self, log, made):
        self.log = log
        self.made = made

    def connection_made(self, transport):
        self.made.set_result(None)

    def connection_lost(self, exc):
        self.log.append("server side connection_lost " + error(exc))


async def main():
    loop = asyncio.get_running_loop()
    log = []
    made = loop.create_future()
    server = await loop.create_server(lambda: Side(log, made), "127.0.0.1", 0, start_serving=False)
    address = server.sockets[0].getsockname()
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    print("serving", flag(server.is_serving()))
    try:
        await server.serve_forever()
    except RuntimeError as e:
        print("RuntimeError", flag(str(e).endswith(" is already being awaited on serve_forever()")))
    reader, writer = await asyncio.open_connection(*address)
    await made
    serving.cancel("enough")
    try:
        await serving
    except asyncio.CancelledError as e:
        log.append("serve_forever " + error(e))
    for line in log:
        print(line)
    print("serving", flag(server.is_serving()), "cancelled", flag(serving.cancelled()))
    print("client reads", show(await reader.read()))
    writer.close()
    await writer.wait_closed()


asyncio.run(main())
