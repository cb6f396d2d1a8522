"""`check --full` compares every word of the corpus with every word of the index, both ways."""

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.store import Store
from index import agreement, generations
from index.build import build, check, open_snapshot
from index.postings import Postings
from index.whoosh_engine import WhooshSnapshot
from tests.index.conftest import AddReport

TEXT = ("Neglect was seen by the multi-agency panel.", "DNA was written, and nobody asked about neglect.")


@pytest.fixture
def index(tmp_path: Path, store: Store, add: AddReport) -> Path:
    add("robin", *TEXT)
    add("wren", "Nothing was seen.")
    build(store, tmp_path / "index")
    return tmp_path / "index"


def said(store: Store, index: Path) -> str:
    snapshot = open_snapshot(generations.current(index))
    try:
        return " ".join(agreement.differences(store, snapshot))
    finally:
        snapshot.close()


def altered(monkeypatch: pytest.MonkeyPatch, term: str, change: Callable[[list[int]], list[int]]) -> None:
    """Let the index give other places for a term."""
    real = WhooshSnapshot.postings

    def postings(self: WhooshSnapshot, asked: str) -> list[tuple[int, Postings]]:
        found = real(self, asked)
        if asked != term:
            return found
        return [
            (base, Postings(p.documents[:1], p.weights[:1], [len(places)], array("I", places)))
            for base, p in found
            for places in [change(list(p.at(0)))]
        ]

    monkeypatch.setattr(WhooshSnapshot, "postings", postings)


def test_a_sound_index_agrees(index: Path, store: Store) -> None:
    assert said(store, index) == ""


@pytest.mark.parametrize("term", ["neglect", "DNA", "asked"])
def test_a_place_that_the_index_lost_is_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    altered(monkeypatch, term, lambda places: places[:-1])
    assert "misses words that the corpus has at 1 places" in said(store, index)


@pytest.mark.parametrize("term", ["neglect", "DNA", "asked"])
def test_a_place_that_the_corpus_does_not_have_is_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    altered(monkeypatch, term, lambda places: [*places, places[-1] + 1])
    assert "does not have at 1" in said(store, index)


def test_a_word_that_only_the_index_has_is_found_and_not_told(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.indexable

    def without_a_word(self: Store, reading: int) -> list[tuple[str, str, bool]]:
        return [(text.replace("panel", "pane"), kind, heading) for text, kind, heading in real(self, reading)]

    monkeypatch.setattr(Store, "indexable", without_a_word)
    told = said(store, index)
    assert "misses words that the corpus has at 1 places, and has words that the corpus does not have at 1." in told
    assert "panel" not in told, "what is told may be logged"


def test_a_form_and_a_hyphen_that_the_index_does_not_know_are_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(WhooshSnapshot, "forms", lambda self, stem: [])
        assert "other forms" in said(store, index)
    monkeypatch.setattr(WhooshSnapshot, "compounds", lambda self, joined: [])
    assert "without its hyphen" in said(store, index)


def test_a_term_that_is_in_the_postings_but_not_in_the_list_of_terms_is_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = WhooshSnapshot.terms

    def terms(self: WhooshSnapshot) -> Iterator[str]:
        return (term for term in real(self) if term != "neglect")

    monkeypatch.setattr(WhooshSnapshot, "terms", terms)
    assert "For reading 1" in said(store, index)


def test_reports_that_only_one_side_holds_are_found_by_the_quick_check_too(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = store.readings()
    for readings in (held[:1], [*held, (99, "f" * 64)]):
        monkeypatch.setattr(Store, "readings", lambda self, readings=readings: readings)
        assert any("other reports than the corpus" in sentence for sentence in check(store, index))


def test_an_index_that_waits_for_its_update_is_not_called_wrong(index: Path, store: Store, add: AddReport) -> None:
    add("wren", "Something was seen.")
    add("lark", "Nobody was seen.")
    assert check(store, index, full=True) == []
