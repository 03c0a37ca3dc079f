"""The smallest program.

    python start.py LOOP
"""

import sys


async def main():
    pass


if sys.argv[1] == "uvloop":
    import uvloop

    uvloop.run(main())
else:
    import asyncio

    asyncio.run(main())
