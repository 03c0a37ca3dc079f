"""SYNC-18: equal items of a priority queue come out in the order of the heap."""

import asyncio


class Job:
    def __init__(self, priority, name):
        self.priority = priority
        self.name = name

    def __lt__(self, other):
        return self.priority < other.priority


async def main():
    queue = asyncio.PriorityQueue()
    for name in "abcdefg":
        queue.put_nowait(Job(1, name))
    queue.put_nowait(Job(0, "first"))
    while not queue.empty():
        print(queue.get_nowait().name)


asyncio.run(main())
