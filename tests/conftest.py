"""Settings that keep the tests independent of the speed and load of the computer."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Hypothesis fails a test that takes long, or whose examples take long to make. A busy computer causes both.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_LONGEST = (
    "reviews/web/test_browser.py",
    "reviews/web/test_collecting_browser.py",
    "reviews/maintenance/test_environment_faults.py",
    "reviews/web/test_first_screen.py",
    "reviews/web/views/test_openapi.py",
    "reviews/maintenance/test_operating.py",
    "reviews/web/test_reading_browser.py",
    "security/takedown/test_takedown.py",
    "reviews/web/guard/test_hostile.py",
    "ingest/worker/test_fuzz.py",
    "search/test_agreement.py",
    "reviews/maintenance/test_crash.py",
    "ingest/worker/test_unread.py",
    "ingest/sandbox/test_tesseract.py",
    "reviews/maintenance/test_changed_from_outside.py",
    "search/batch/test_runner.py",
    "search/test_hostile.py",
    "ingest/collect/test_changes.py",
    "reviews/cli/test_collect.py",
    "reviews/web/views/test_analysis.py",
    "reviews/test_packaging.py",
    "reviews/web/test_serving.py",
    "reviews/cli/test_main.py",
    "search/parsing/test_parser.py",
    "reviews/maintenance/test_long_run.py",
    "ingest/collect/test_killed.py",
    "docs/test_site.py",
)
"""The files that take most of the processor, the longest first, so that no process is still busy with one of them when
the others have finished."""


_IN_MEMORY = Path("/dev/shm")
_ROOM = 2_000_000_000
"""Bytes that must be free there. All tests together write a tenth of it."""


def pytest_configure(config: pytest.Config) -> None:
    """Put the folders of the tests into memory where there is room: waiting for the disk takes half of their time.

    Tests of a full disk and of a power cut make their own disk, so it does not matter to any of them.
    """
    if sys.platform != "linux" or config.getoption("basetemp") or "PYTEST_DEBUG_TEMPROOT" in os.environ:
        return
    try:
        disk = os.statvfs(_IN_MEMORY)
    except OSError:
        return
    plain = not disk.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)  # some tests write programs and run them
    if plain and os.access(_IN_MEMORY, os.W_OK) and disk.f_bavail * disk.f_frsize >= _ROOM:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_IN_MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    first = {here / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


@pytest.fixture(scope="session", autouse=True)
def _queries_are_not_timed() -> Iterator[None]:
    """Stop the clock that limits long queries. Tests of the limit pass seconds=-1, or let the clock run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.deadline.monotonic", lambda: 0.0)
        yield
