"""COMB-16: wait() with each return_when and with a timeout: never raises, never cancels."""
import asyncio


async def value(name, delay):
    await asyncio.sleep(delay)
    return name


async def fail(name, delay):
    await asyncio.sleep(delay)
    raise ValueError(name)


def names(tasks):
    return " ".join(sorted(task.get_name() for task in tasks)) or "-"


async def show_wait(title, tasks, **options):
    done, pending = await asyncio.wait(tasks, **options)
    print(f"{title}: done {names(done)}, pending {names(pending)}")
    for task in pending:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def main():
    create = asyncio.create_task
    await show_wait("all", [create(value("a", 0.01), name="a"), create(fail("b", 0.02), name="b")])
    await show_wait(
        "first completed",
        [create(value("a", 0.01), name="a"), create(value("b", 1), name="b")],
        return_when=asyncio.FIRST_COMPLETED,
    )
    await show_wait(
        "first exception",
        [create(value("a", 0.01), name="a"), create(fail("b", 0.02), name="b"), create(value("c", 1), name="c")],
        return_when=asyncio.FIRST_EXCEPTION,
    )
    await show_wait(
        "no exception",
        [create(value("a", 0.01), name="a"), create(value("b", 0.02), name="b")],
        return_when=asyncio.FIRST_EXCEPTION,
    )
    await show_wait(
        "timeout",
        [create(value("a", 0.01), name="a"), create(value("b", 1), name="b")],
        timeout=0.03,
    )
    await show_wait("timeout 0", [create(value("a", 1), name="a")], timeout=0)
    await show_wait("iterator", (create(value(name, 0.0), name=name) for name in "xyz"))


asyncio.run(main())
