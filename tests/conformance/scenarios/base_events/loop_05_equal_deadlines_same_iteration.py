"""LOOP-05: timers of one deadline all run in one iteration (their order is left open)."""

import asyncio


def fired(number):
    if not ran:
        loop.call_soon(next_iteration)
    ran.append(number)


def next_iteration():
    print("next iteration after", sorted(ran))
    loop.stop()


loop = asyncio.new_event_loop()
ran = []
when = loop.time() + 0.01
for number in range(5):
    loop.call_at(when, fired, number)
loop.run_forever()
loop.close()
