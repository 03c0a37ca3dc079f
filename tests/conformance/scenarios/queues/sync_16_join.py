"""SYNC-16: join waits for as many task_done as there were items; one more is an error."""

import asyncio


def done(queue):
    try:
        queue.task_done()
        print("one done")
    except ValueError as e:
        print("ValueError", e)


async def worker(queue, name):
    while True:
        item = await queue.get()
        await asyncio.sleep(0)
        print(name, "has done", item)
        queue.task_done()


async def joiner(queue, name):
    await queue.join()
    print(name, "joined, qsize", queue.qsize())


async def main():
    queue = asyncio.Queue()
    done(queue)
    await queue.join()
    print("nothing to wait for")
    workers = [asyncio.create_task(worker(queue, n)) for n in "ab"]
    for item in range(5):
        queue.put_nowait(item)
    await asyncio.gather(joiner(queue, "first"), joiner(queue, "second"))
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    done(queue)
    queue.put_nowait(1)
    task = asyncio.create_task(joiner(queue, "third"))
    await asyncio.sleep(0)
    done(queue)
    queue.put_nowait(2)
    await task
    done(queue)


asyncio.run(main())
