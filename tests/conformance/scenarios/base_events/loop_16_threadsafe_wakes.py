"""LOOP-16: call_soon_threadsafe wakes a loop that waits, and keeps the order of its calls."""

import asyncio
import threading


def work():
    started.wait()
    for number in range(3):
        loop.call_soon_threadsafe(print, "from the thread", number)
    loop.call_soon_threadsafe(loop.stop)


loop = asyncio.new_event_loop()
started = threading.Event()
thread = threading.Thread(target=work)
thread.start()
loop.call_soon(started.set)
loop.run_forever()
thread.join()
print("stopped")
loop.close()
