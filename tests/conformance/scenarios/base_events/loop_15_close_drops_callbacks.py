"""LOOP-15: close() drops queued callbacks without running them."""

import asyncio


class Payload:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("dropped", self.name)


def run(payload):
    print("run", payload.name)


loop = asyncio.new_event_loop()
loop.call_soon(run, Payload("ready"))
loop.call_later(10, run, Payload("timer"))
print("close")
loop.close()
print("closed")
