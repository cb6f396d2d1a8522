"""Wait for events and count steps, so that tests do not depend on the speed of the computer."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

PATIENCE = 600.0
"""The number of seconds after which a test stops waiting. Nothing takes this long unless it will never happen."""

_PAUSE = """
import pathlib, sys, time
def pause(sign=pathlib.Path({sign!r}), left=[{at}]):
    left[0] -= 1
    if left[0] == 0:
        sign.touch()
        end = time.monotonic() + {patience}
        while sign.exists() and time.monotonic() < end:
            time.sleep(0.01)
"""
_AT_A_FILE = """
def look(event, given):
    if event == {event!r} and {part!r} in str(given):
        pause()
sys.addaudithook(look)
"""
_AFTER_A_REPORT = """
from corpus.storage.store import Store
put = Store.put
def put_and_pause(*given, **more):
    number = put(*given, **more)
    pause()
    return number
Store.put = put_and_pause
"""


def paused_at_a_file(sign: Path, event: str, part: str, at: int = 1) -> str:
    """Return Python code that makes a process create the file `sign`, and wait until it is deleted.

    It does so when an audit event ("open", "os.rename") is raised for the `at`-th time for a path that contains `part`.
    """
    return (_PAUSE + _AT_A_FILE).format(sign=str(sign), patience=PATIENCE, event=event, part=part, at=at)


def paused_after_a_report(sign: Path) -> str:
    """Return Python code that makes a process wait when the first report has been stored. See `paused_at_a_file`."""
    return (_PAUSE + _AFTER_A_REPORT).format(sign=str(sign), patience=PATIENCE, at=1)


def until(happened: Callable[[], object], alive: Callable[[], bool] = lambda: True) -> None:
    """Wait until something has happened.

    Fails if the process that should cause it is no longer alive, or after a long time.
    """
    end = time.monotonic() + PATIENCE
    while not happened():
        assert alive(), "it ended before that happened"
        assert time.monotonic() < end, "that never happened"
        time.sleep(0.01)


def steps(work: Callable[[], Any]) -> int:
    """Return how many lines of Python `work` executes.

    This grows with its running time, and is the same on every computer.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
