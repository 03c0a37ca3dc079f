"""SRV-04: start_serving() may be repeated, close() empties sockets and may be repeated."""
import asyncio


def flag(value):
    return "true" if value else "false"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, start_serving=False)
    print("serving", flag(server.is_serving()), "sockets", len(server.sockets))
    await server.start_serving()
    await server.start_serving()
    print("serving", flag(server.is_serving()), "sockets", len(server.sockets))
    server.close()
    print("serving", flag(server.is_serving()), "sockets", len(server.sockets))
    server.close()
    await server.wait_closed()
    await server.wait_closed()
    print("closed")
    try:
        await server.serve_forever()
    except RuntimeError as e:
        print("RuntimeError", flag(str(e).endswith(" is closed")))


asyncio.run(main())
