"""LOOP-16: a cancel from another thread waits until the running callback has returned."""

import asyncio
import threading
import time


def b(value):
    return "true" if value else "false"


def callback():
    print("callback begins")
    running.set()
    cancelling.wait()
    time.sleep(0.02)
    print("callback ends")


def work():
    running.wait()
    cancelling.set()
    handle.cancel()
    print("cancel returned")
    loop.call_soon_threadsafe(loop.stop)


loop = asyncio.new_event_loop()
running = threading.Event()
cancelling = threading.Event()
handle = loop.call_soon_threadsafe(callback)
thread = threading.Thread(target=work)
thread.start()
loop.run_forever()
thread.join()
print("cancelled", b(handle.cancelled()))
loop.close()
