"""LOOP-16: a cancel from another thread that comes first prevents the call."""

import asyncio
import threading


def b(value):
    return "true" if value else "false"


loop = asyncio.new_event_loop()
handle = loop.call_soon_threadsafe(print, "never")
loop.call_soon_threadsafe(print, "still called")
thread = threading.Thread(target=handle.cancel)
thread.start()
thread.join()
print("cancelled", b(handle.cancelled()))
loop.call_soon_threadsafe(loop.stop)
loop.run_forever()
print("stopped")
loop.close()
