"""SRV-13: errors while setting up an accepted connection are reported in debug mode only."""
import asyncio
import socket


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def attempt(debug):
    loop = asyncio.get_running_loop()
    loop.set_debug(debug)
    loop.slow_callback_duration = 60
    reports = []
    called = loop.create_future()

    def factory():
        called.set_result(None)
        raise ValueError("no protocol")

    loop.set_exception_handler(
        lambda loop, context: reports.append(context["message"] + ", " + error(context["exception"]))
    )
    server = await loop.create_server(factory, "127.0.0.1", 0)
    peer = socket.create_connection(server.sockets[0].getsockname())
    await called
    await asyncio.sleep(0)
    print("debug", flag(debug), "reports", len(reports))
    for report in reports:
        print(report)
    server.close()
    await server.wait_closed()
    peer.close()


async def main():
    await attempt(False)
    await attempt(True)


asyncio.run(main())
