"""RUN-07: what add_signal_handler and remove_signal_handler refuse."""

import asyncio
import signal
import threading


def attempt(what, function, *args):
    try:
        print(what, "->", function(*args))
    except Exception as e:
        print(what, "->", type(e).__name__, e)


def callback():
    print("never called")


def elsewhere():
    loop = asyncio.new_event_loop()
    attempt("other thread, add", loop.add_signal_handler, signal.SIGUSR1, callback)
    attempt("other thread, add SIGKILL", loop.add_signal_handler, signal.SIGKILL, callback)
    attempt("other thread, add 0", loop.add_signal_handler, 0, callback)
    attempt("other thread, remove", loop.remove_signal_handler, signal.SIGUSR1)
    loop.close()


loop = asyncio.new_event_loop()
for sig in (signal.SIGKILL, signal.SIGSTOP, 0, -1, 32, 65):
    attempt(f"add {int(sig)}", loop.add_signal_handler, sig, callback)
    attempt(f"remove {int(sig)}", loop.remove_signal_handler, sig)
attempt("remove what was not added", loop.remove_signal_handler, signal.SIGUSR1)
attempt("add", loop.add_signal_handler, signal.SIGUSR1, callback)
attempt("add again", loop.add_signal_handler, signal.SIGUSR1, callback)
attempt("remove", loop.remove_signal_handler, signal.SIGUSR1)
attempt("remove again", loop.remove_signal_handler, signal.SIGUSR1)
attempt("a real-time one", loop.add_signal_handler, 34, callback)
attempt("remove it", loop.remove_signal_handler, 34)
thread = threading.Thread(target=elsewhere)
thread.start()
thread.join()
loop.close()
attempt("closed, add", loop.add_signal_handler, signal.SIGUSR1, callback)
attempt("closed, add SIGKILL", loop.add_signal_handler, signal.SIGKILL, callback)
attempt("closed, add 0", loop.add_signal_handler, 0, callback)
attempt("closed, remove", loop.remove_signal_handler, signal.SIGUSR1)
