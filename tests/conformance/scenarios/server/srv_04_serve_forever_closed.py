"""SRV-04: close() ends a running serve_forever() with CancelledError."""
import asyncio


def flag(value):
    return "true" if value else "false"


def error(exc):
    if exc is None:
        return "none"
    text = str(exc)
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    server.close()
    try:
        await serving
    except asyncio.CancelledError as e:
        print(error(e), "cancelling", serving.cancelling())
    print("serving", flag(server.is_serving()))


asyncio.run(main())
