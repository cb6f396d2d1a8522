"""`check --full` compares every word of the corpus with every word of the index, in both directions."""

import shutil
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.errors import NoIndex
from corpus.files import FileRecord
from corpus.storage.readings import Readings
from corpus.storage.store import Store
from corpus.themes import load_themes
from index import verify
from index.build import build, check, open_snapshot
from index.storage import generations
from index.storage.postings import Postings
from index.storage.whoosh_snapshot import WhooshSnapshot
from search.searcher import Searcher
from tests.index.conftest import AddReport, report

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
        return " ".join(verify.differences(store, snapshot))
    finally:
        snapshot.close()


def altered(monkeypatch: pytest.MonkeyPatch, term: str, change: Callable[[list[int]], list[int]]) -> None:
    """Make the index return other positions for a term."""
    real = WhooshSnapshot.postings

    def postings(self: WhooshSnapshot, asked: str) -> list[tuple[int, Postings]]:
        found = real(self, asked)
        if asked != term:
            return found
        return [
            (base, Postings(p.documents[:1], p.weights[:1], [len(places)], array("I", places), p.masks[:1]))
            for base, p in found
            for places in [change(list(p.at(0)))]
        ]

    monkeypatch.setattr(WhooshSnapshot, "postings", postings)


def test_a_sound_index_agrees(index: Path, store: Store) -> None:
    assert said(store, index) == ""


@pytest.mark.parametrize("term", ["neglect", "DNA", "asked"])
def test_a_lost_position_in_the_index_is_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    altered(monkeypatch, term, lambda places: places[:-1])
    assert "misses words that the corpus has at 1 places" in said(store, index)


@pytest.mark.parametrize("term", ["neglect", "DNA", "asked"])
def test_a_position_that_the_corpus_does_not_have_is_found(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    altered(monkeypatch, term, lambda places: [*places, places[-1] + 1])
    assert "does not have at 1" in said(store, index)


def test_a_wrong_kind_of_section_is_found(index: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = WhooshSnapshot.postings

    def postings(self: WhooshSnapshot, asked: str) -> list[tuple[int, Postings]]:
        return [
            (base, Postings(p.documents, p.weights, p.ends, p.positions, [k ^ (asked == "neglect") for k in p.masks]))
            for base, p in real(self, asked)
        ]

    monkeypatch.setattr(WhooshSnapshot, "postings", postings)
    assert "other kinds of section than the corpus" in said(store, index)


def test_a_word_that_only_the_index_has_is_found_but_not_named(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Readings.indexable

    def without_a_word(self: Readings, reading: int) -> list[tuple[str, str, bool]]:
        return [(text.replace("panel", "pane"), kind, heading) for text, kind, heading in real(self, reading)]

    monkeypatch.setattr(Readings, "indexable", without_a_word)
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
    held = store.readings.current()
    for readings in (held[:1], [*held, (99, "f" * 64)]):
        monkeypatch.setattr(Readings, "current", lambda self, readings=readings: readings)
        assert any("differ from those in the corpus" in sentence for sentence in check(store, index))


def test_an_index_that_waits_for_its_update_is_not_reported_as_wrong(index: Path, store: Store, add: AddReport) -> None:
    add("wren", "Something was seen.")
    add("lark", "Nobody was seen.")
    assert check(store, index, full=True) == []


class TestAnIndexFromElsewhere:
    """An index belongs to the corpus from which it was made, and to no other."""

    @pytest.fixture
    def other(self, tmp_path: Path) -> Iterator[Store]:
        with Store.open(tmp_path / "other.db", create=True) as other:
            text = report("elsewhere", ["Nobody asked."])
            other.put(text, FileRecord("elsewhere.pdf", 1, 1, text.id))
            yield other

    def test_an_index_from_elsewhere_is_neither_read_nor_built_on_nor_reported_as_sound(
        self, index: Path, other: Store
    ) -> None:
        before = generations.current(index).manifest.id
        with pytest.raises(NoIndex, match="another library"):
            build(other, index)
        with pytest.raises(NoIndex, match="another library"):
            Searcher(other.path, index, load_themes(None))
        assert any("another library" in sentence for sentence in check(other, index))
        assert generations.current(index).manifest.id == before, "nothing of it is touched"

    def test_an_index_that_is_ahead_of_a_corpus_from_a_backup_is_not_taken_for_it(
        self, index: Path, store: Store, add: AddReport, tmp_path: Path
    ) -> None:
        for path in tmp_path.glob("corpus.db*"):
            shutil.copy(path, tmp_path / path.name.replace("corpus", "backup"))
        with Store.open(tmp_path / "backup.db") as backup:
            add("lark", "Nobody asked.")
            build(store, index)
            text = report("thrush", ["A report that gets the number that lark had."])
            backup.put(text, FileRecord("thrush.pdf", 1, 1, text.id))
            with pytest.raises(NoIndex, match="newer copy"):
                build(backup, index)
            build(backup, index, rebuild=True)
            assert check(backup, index, full=True) == []

    def test_an_index_that_still_has_a_report_being_removed_is_accepted(self, index: Path, store: Store) -> None:
        store.remove(store.readings.current()[0][1], "a court order")  # then the power failed
        generation = generations.current(index)
        verify.assert_ours(store, generation, generation.reports())
        assert build(store, index) is not None


def test_a_word_that_several_sampled_paragraphs_share_is_read_once(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = WhooshSnapshot.postings

    def counted(self: WhooshSnapshot, term: str) -> list[tuple[int, Postings]]:
        read.append(term)
        return real(self, term)

    monkeypatch.setattr(WhooshSnapshot, "postings", counted)
    snapshot = open_snapshot(generations.current(index))
    assert list(verify.canaries(store, snapshot)) == []
    snapshot.close()
    assert "nothing" in read
    assert len(read) == len(set(read))


def test_each_report_whose_sampled_words_are_lost_is_named(
    index: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered(monkeypatch, "was", lambda places: [])
    snapshot = open_snapshot(generations.current(index))
    told = list(verify.canaries(store, snapshot))
    snapshot.close()
    assert told == [f"The index is missing words of paragraph {n} of reading {r}." for r, n in ((1, 1), (2, 0))]
