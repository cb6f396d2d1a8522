"""Start processes that leave Ctrl-C to their parent."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Block Ctrl-C in processes started inside the `with` block.

    In this process, it is delivered at the end of the block. A terminal sends Ctrl-C to all of them, and each would
    print a traceback. Windows cannot block it before a process starts; there, the process must ignore SIGINT as its
    first action.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited by the processes that are started
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
