"""LOOP-24: get_event_loop() gives the running loop, else the one that was set; it creates none."""

import asyncio


def ask(where):
    try:
        found = asyncio.get_event_loop()
    except RuntimeError as e:
        print(where, type(e).__name__, str(e).split(" '")[0])
    else:
        print(where, "finds", "the first" if found is first else "the second")


def callback():
    ask("in the second loop")
    second.stop()


first = asyncio.new_event_loop()
second = asyncio.new_event_loop()
ask("nothing set")
asyncio.set_event_loop(first)
ask("first set")
second.call_soon(callback)
second.run_forever()
ask("after the run")
asyncio.set_event_loop(None)
ask("unset")
first.close()
second.close()
