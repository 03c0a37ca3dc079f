"""LOOP-08: cancelled timers never run and delay nothing, however many there are."""

import asyncio


def survivor(number):
    ran.append(number)


loop = asyncio.new_event_loop()
ran = []
start = loop.time()
near = [loop.call_at(start + i / 1e6, survivor, i) for i in range(300)]
for i, handle in enumerate(near):
    if i % 50:
        handle.cancel()
far = [loop.call_at(start + 3600 + i, survivor, -1) for i in range(300)]
for handle in far:
    handle.cancel()
loop.call_at(start + 0.02, loop.stop)
loop.run_forever()
print("ran", *ran)

print("the head is cancelled")
head = loop.call_later(0.001, print, "never")
loop.call_later(0.02, loop.stop)
head.cancel()
loop.run_forever()
print("stopped by the second timer")
loop.close()
