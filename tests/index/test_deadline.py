"""The time limit tells a query that is too slow from a computer that is too busy."""

import pytest

from corpus.errors import LimitHit, QueryRefused
from index import deadline
from index.deadline import Deadline


def late(patched: pytest.MonkeyPatch, *, of_its_own: float) -> Deadline:
    """Return a time limit of four seconds after five, of which the query itself worked for so many."""
    patched.setattr(deadline, "monotonic", lambda: 0.0)
    patched.setattr(deadline, "thread_time", lambda: 0.0)
    made = Deadline(4.0)
    patched.setattr(deadline, "monotonic", lambda: 5.0)
    patched.setattr(deadline, "thread_time", lambda: of_its_own)
    return made


def test_a_query_that_only_waited_is_to_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitHit, match="computer is busy"):
        late(monkeypatch, of_its_own=1.9).check()


def test_a_query_that_works_for_too_long_is_to_be_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QueryRefused, match="Narrow"):
        late(monkeypatch, of_its_own=2.1).check()


def test_a_query_in_time_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "monotonic", lambda: 0.0)
    Deadline(1.0).check()
