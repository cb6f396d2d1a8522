"""Several processes that serve one address. POSIX only: they are forked, and all accept from the same sockets."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

_LOG = logging.getLogger("reviews")
_PATIENCE = 10.0  # seconds that a process has to end by itself
_AT_ONCE = 1.0  # seconds: a process that ends sooner after its start is not replaced immediately
_MOST = 4  # unless more are requested; each needs memory


def usual() -> int:
    """Return how many processes to use: one per core, but no more than 4. One if processes cannot be forked."""
    if not hasattr(os, "fork"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST)


def keep_running(work: Callable[[], None], count: int, ended: Callable[[int], None]) -> None:
    """Run a function in `count` processes until this process is asked to end. A process that dies is replaced.

    `ended` is called with the number of each process that died. The processes inherit the signal handlers of this one,
    which must raise SystemExit. They also end if this process is killed.
    """
    living: dict[int, float] = {}
    watched, held = os.pipe()
    parent = os.getpid()
    try:
        while True:
            while len(living) < count:
                with _ends_held_back():
                    process = os.fork()
                    if process:
                        living[process] = time.monotonic()
                if not process:
                    os.close(held)
                    _work(work, watched)
            process, status = os.wait()
            began = living.pop(process, None)
            if began is None:
                continue
            _LOG.error("A server process ended (%s) and is being replaced.", _why(status))
            ended(process)
            if time.monotonic() - began < _AT_ONCE:
                time.sleep(_AT_ONCE)
    except (SystemExit, KeyboardInterrupt):
        pass
    finally:
        if os.getpid() != parent:  # a signal arrived between the fork and the work
            os._exit(0)
        _end(list(living))
        os.close(watched)
        os.close(held)


@contextmanager
def _ends_held_back() -> Iterator[None]:
    """Hold back signals to end until the `with` block is left.

    Python loses exceptions that a handler raises during a fork.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGHUP, signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(work: Callable[[], None], watched: int) -> NoReturn:
    """Do the work of a forked process. It never returns to the code of its parent."""
    code = 1
    try:
        threading.Thread(target=_end_with_parent, args=(watched,), daemon=True).start()
        work()
        code = 0
    except SystemExit:
        code = 0
    except BaseException as error:  # noqa: BLE001 - it must not run on as a copy of its parent
        _LOG.error("bug in a server process: %s", type(error).__name__)
    finally:
        os._exit(code)


def _end_with_parent(watched: int) -> None:
    """Wait until the parent is gone, which closes the other end of the pipe."""
    os.read(watched, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(processes: list[int]) -> None:
    """Ask processes to end, and wait until they have ended."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    left = set(processes)
    while left:
        for process in list(left):
            with suppress(ChildProcessError):
                if os.waitpid(process, os.WNOHANG)[0] == 0:
                    continue
            left.discard(process)
        if left and time.monotonic() > until:
            for process in left:
                os.kill(process, signal.SIGKILL)
        time.sleep(0.02 if left else 0)


def _why(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
