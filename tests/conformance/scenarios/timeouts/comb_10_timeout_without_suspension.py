"""COMB-10: a deadline that passes without a suspension is no error."""
import asyncio
import time


def flag(value):
    return "true" if value else "false"


async def main():
    async with asyncio.timeout(0.01) as scope:
        time.sleep(0.03)
        print("body done")
    print("expired", flag(scope.expired()))
    await asyncio.sleep(0.02)
    print("cancelling", asyncio.current_task().cancelling())


asyncio.run(main())
