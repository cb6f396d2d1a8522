"""Similar reports: what is read to find them, and how often."""

from pathlib import Path

import pytest

import reviews
from index.storage.postings import Postings
from index.storage.whoosh_snapshot import WhooshSnapshot
from reviews.library import Library


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the terms whose postings are read."""
    terms: list[str] = []
    real = WhooshSnapshot.postings

    def postings(self: WhooshSnapshot, term: str) -> list[tuple[int, Postings]]:
        terms.append(term)
        return real(self, term)

    monkeypatch.setattr(WhooshSnapshot, "postings", postings)
    return terms


def test_only_the_postings_of_the_compared_words_are_read(demo: Library, read: list[str]) -> None:
    with reviews.open(Path(demo.settings.library)) as fresh:
        found = fresh.similar(fresh.reports()[0].id)
    assert found
    assert len(read) == len(set(read)) <= 40


def test_the_similar_reports_of_a_generation_are_found_once(demo: Library, read: list[str]) -> None:
    with reviews.open(Path(demo.settings.library)) as fresh:
        report = fresh.reports()[0].id
        first = fresh.similar(report, limit=3)
        read.clear()
        first_again = fresh.similar(report, limit=3)
        assert first_again == first
        first_again.clear()  # what a caller does with the list does not change the next answer
        assert fresh.similar(report, limit=3) == first
    assert read == []
