"""How are processes started that leave Ctrl-C to the one that started them?"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Processes that are started inside never hear Ctrl-C, from their first moment on; here it waits until the end.

    A terminal sends it to all of them, and each would print where it was. On Windows nothing can be done before they
    run: let them ignore it first of all.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited by what is started
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
