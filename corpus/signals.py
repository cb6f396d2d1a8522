"""Start processes that leave Ctrl-C to the process that started them."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Block Ctrl-C in the processes that are started inside the `with` block. Here it is delivered at the end.

    A terminal sends Ctrl-C to all of them, and each would print a traceback. Windows cannot block it before a process
    runs: there, have the process ignore SIGINT first of all.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited by what is started
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
