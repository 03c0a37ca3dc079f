"""COMB-17: gather() gives results in the order of its arguments, whatever finishes first."""
import asyncio


async def work(name, steps, log):
    log.append("start " + name)
    for _ in range(steps):
        await asyncio.sleep(0)
    log.append("end " + name)
    return name


async def main():
    log = []
    outer = asyncio.gather(work("a", 3, log), work("b", 1, log), work("c", 2, log))
    print("started", len(log))
    print(" ".join(await outer))
    for line in log:
        print(line)


asyncio.run(main())
