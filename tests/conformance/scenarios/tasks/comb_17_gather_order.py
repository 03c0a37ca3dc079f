"""COMB-17: gather() gives results in the order of its arguments, whatever finishes first."""
import asyncio


async def work(name, delay, log):
    log.append("start " + name)
    await asyncio.sleep(delay)
    log.append("end " + name)
    return name


async def main():
    log = []
    outer = asyncio.gather(work("a", 0.03, log), work("b", 0.01, log), work("c", 0.02, log))
    print("started", len(log))
    print(" ".join(await outer))
    for line in log:
        print(line)


asyncio.run(main())
