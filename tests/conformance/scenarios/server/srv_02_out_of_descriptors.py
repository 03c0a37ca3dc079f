"""SRV-02: without free descriptors accept() is reported backlog + 1 times, and tried again only a second later."""
import asyncio
import errno
import resource
import socket


def flag(value):
    return "true" if value else "false"


async def main():
    loop = asyncio.get_running_loop()
    reports = []
    reported = loop.create_future()

    def handler(loop, context):
        reports.append(context["message"])
        if len(reports) == 1:
            reported.set_result(context["exception"])

    loop.set_exception_handler(handler)
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, backlog=3)
    client = socket.create_connection(server.sockets[0].getsockname())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        exc = await reported
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    await asyncio.sleep(0.05)
    print("EMFILE", flag(exc.errno == errno.EMFILE))
    print("reports", len(reports), reports[0])
    print("serving", flag(server.is_serving()))
    server.close()
    await server.wait_closed()
    client.close()


asyncio.run(main())
