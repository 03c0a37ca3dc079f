"""RUN-05: the first Ctrl-C cancels main; when it ends cancelled, KeyboardInterrupt is raised."""

import asyncio
import signal


async def background():
    try:
        await asyncio.sleep(10)
    finally:
        print("background cancelled")


async def main():
    kept.append(asyncio.create_task(background()))
    await asyncio.sleep(0)
    print("interrupt")
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("main cancelled")
        raise


kept = []
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("caught KeyboardInterrupt")
