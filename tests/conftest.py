"""No test depends on how fast the machine is, or how busy."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Hypothesis fails a test that takes long, and one whose examples take long to make: a busy machine does both.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _queries_are_not_timed() -> Iterator[None]:
    """The clock that stops long queries stands still. Tests of it pass seconds=-1, or let it run on their own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.matching.deadline.monotonic", lambda: 0.0)
        yield
