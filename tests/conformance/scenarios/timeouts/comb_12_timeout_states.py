"""COMB-12: how a timeout shows its state."""
import asyncio


async def main():
    scope = asyncio.timeout(None)
    print(repr(scope))
    async with scope:
        print(repr(scope))
    print(repr(scope))
    try:
        async with asyncio.timeout(0) as scope:
            try:
                await asyncio.sleep(1)
            finally:
                print(repr(scope))
    except TimeoutError:
        print(repr(scope))


asyncio.run(main())
