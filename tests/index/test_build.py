"""The index follows the corpus: only changes are built, verified and switched to."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from benchmarks.indexing import nights
from corpus.errors import Corrupt, NoIndex
from corpus.storage.readings import Readings
from corpus.storage.store import Store
from index import build as building
from index.build import Ahead, build, check, open_snapshot
from index.storage import generations
from index.storage.engine import IndexedParagraph
from tests.index.conftest import AddReport


def words(index: Path, term: str) -> set[int]:
    """Return the readings that have a term, as a searcher finds them."""
    generation = generations.current(index)
    snapshot = open_snapshot(generation)
    documents = snapshot.documents()
    found = {base + n for base, postings in snapshot.postings(term) for n in postings.documents}
    snapshot.close()
    return {documents[number] for number in found if number in documents}


def test_a_new_report_is_found_after_the_next_build(tmp_path: Path, store: Store, add: AddReport) -> None:
    add("robin", "Neglect was seen.")
    build(store, tmp_path / "index")
    assert len(words(tmp_path / "index", "neglect")) == 1
    add("wren", "Neglect was not seen.")
    build(store, tmp_path / "index")
    assert len(words(tmp_path / "index", "neglect")) == 2
    assert check(store, tmp_path / "index", full=True) == []


def test_what_was_begun_ahead_is_left_out_when_it_stopped_in_the_middle_of_a_report(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = store.readings.current_of(add("robin", "Neglect was seen."))
    ahead = Ahead(store)

    def stopped(*_: object) -> list[IndexedParagraph]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(building, "_paragraphs", stopped)
        with pytest.raises(KeyboardInterrupt):
            ahead.take(reading)
    ahead.readings.add(reading)
    build(store, tmp_path / "index", ahead=ahead)
    assert len(words(tmp_path / "index", "neglect")) == 1
    assert check(store, tmp_path / "index", full=True) == []


def test_an_interim_generation_is_followed_by_a_settled_one(tmp_path: Path, store: Store, add: AddReport) -> None:
    add("robin", "Neglect was seen.")
    assert build(store, tmp_path / "index", interim=True) is not None
    assert build(store, tmp_path / "index", interim=True) is None
    settled = build(store, tmp_path / "index")
    assert settled is not None
    assert not settled.manifest.interim
    assert build(store, tmp_path / "index") is None


def test_nothing_is_built_when_nothing_changed(tmp_path: Path, store: Store, add: AddReport) -> None:
    add("robin", "Neglect.")
    assert build(store, tmp_path / "index") is not None
    assert build(store, tmp_path / "index") is None


def test_a_report_that_is_gone_leaves_the_index(tmp_path: Path, store: Store, add: AddReport) -> None:
    add("robin", "Neglect.")
    add("wren", "Neglect.")
    build(store, tmp_path / "index")
    store.forget_file("robin.pdf")
    build(store, tmp_path / "index")
    assert len(words(tmp_path / "index", "neglect")) == 1


def test_a_second_reading_takes_the_place_of_the_first(tmp_path: Path, store: Store, add: AddReport) -> None:
    add("robin", "Negelct.")
    build(store, tmp_path / "index")
    add("robin", "Neglect.")
    build(store, tmp_path / "index")
    assert words(tmp_path / "index", "negelct") == set()
    assert len(words(tmp_path / "index", "neglect")) == 1


def test_an_index_that_grew_night_by_night_is_hardly_larger_than_a_fresh_one(tmp_path: Path) -> None:
    chance = Random(7)
    # Words with frequencies like those of a language. `make torture` simulates a hundred nights, and times them.
    words = iter(lambda: f"word{min(int(chance.paretovariate(0.7)), 9999)}", "")
    pool = [" ".join(islice(words, 50)) for _ in range(300)]
    told = nights.live(tmp_path / "library", pool, reports=30, words=2000, nights=15)
    assert told["problems"] == []
    assert told["size_ratio"] <= nights.MOST
    assert told["segments"] <= 2 + building._MAX_SMALL


def test_several_processes_build_what_one_builds(tmp_path: Path, store: Store, add: AddReport) -> None:
    for n in range(2 * building._MIN_PER_PROCESS):
        add(f"report-{n}", f"Number {n} speaks of neglect.")
    build(store, tmp_path / "one", jobs=1)
    build(store, tmp_path / "two", jobs=2, interim=True)
    assert len(generations.current(tmp_path / "two").manifest.segments) == 2
    for term in ("neglect", "7", "nothing"):
        assert words(tmp_path / "one", term) == words(tmp_path / "two", term)
    build(store, tmp_path / "merged", jobs=2)
    written = [
        {name.rpartition(".")[2]: data for name, data in files(tmp_path / built).items() if not name.endswith(".toc")}
        for built in ("one", "merged")
    ]
    assert written[0] == written[1], "what several wrote is merged into what one writes"


def test_segments_that_have_grown_large_are_merged_once_all_files_are_read(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_LARGE", 2)

    def sizes(*names: str, interim: bool = False) -> list[int]:
        for name in names:
            add(name, f"Neglect of {name}.")
        build(store, tmp_path / "index", interim=interim)
        return [len(segment.documents) for segment in generations.current(tmp_path / "index").manifest.segments]

    assert sizes("robin", "wren") == [2]
    assert sizes("finch") == [2, 1]
    assert sizes("crow", "rook", "jay", interim=True) == [2, 1, 3]
    assert sizes("swift") == [1, 1, 5]
    assert len(words(tmp_path / "index", "neglect")) == 7
    assert check(store, tmp_path / "index", full=True) == []


def test_a_few_small_segments_are_left_alone(tmp_path: Path, store: Store, add: AddReport) -> None:
    sizes = []
    for number in range(6):
        add(f"report-{number}", "Neglect.")
        build(store, tmp_path / "index")
        sizes.append([len(segment.documents) for segment in generations.current(tmp_path / "index").manifest.segments])
    assert sizes == [[1], [1, 1], [1, 1, 1], [1, 1, 1, 1], [5], [5, 1]]


def files(index: Path) -> dict[str, bytes]:
    """Return the engine's files of the current generation."""
    directory = generations.current(index).directory
    return {path.name: path.read_bytes() for path in directory.glob("*reviews*")}


def test_what_was_indexed_ahead_makes_the_same_segment(tmp_path: Path, store: Store, add: AddReport) -> None:
    reports = [add(f"report-{n}", f"Number {n} speaks of neglect.", "NSPCC, one-off") for n in range(9)]
    build(store, tmp_path / "one")
    for ready in (0, 4, 9):
        ahead = Ahead(store)
        assert all(ahead.take(store.readings.current_of(report)) for report in reports[:ready])
        build(store, tmp_path / f"ahead-{ready}", ahead=ahead)
        assert files(tmp_path / f"ahead-{ready}") == files(tmp_path / "one")


def test_what_was_indexed_ahead_is_dropped_when_it_is_not_wanted_any_more(
    tmp_path: Path, store: Store, add: AddReport
) -> None:
    ahead = Ahead(store)
    for name in ("robin", "wren"):
        ahead.take(store.readings.current_of(add(name, "Neglect.")))
    store.forget_file("robin.pdf")
    build(store, tmp_path / "index", ahead=ahead)
    assert len(words(tmp_path / "index", "neglect")) == 1
    (segment,) = generations.current(tmp_path / "index").manifest.segments
    assert len(segment.documents) == 1, "the report that is gone is not there, not even dead"


def test_a_segment_that_was_begun_ahead_is_as_bounded_as_any(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_CHUNK", 3)
    ahead = Ahead(store)
    reports = [add(f"report-{n}", f"Number {n} speaks of neglect.") for n in range(5)]
    taken = [ahead.take(store.readings.current_of(report)) for report in reports]
    assert taken == [True, True, True, False, False]
    add("last", "Neglect.")
    build(store, tmp_path / "index", ahead=ahead, interim=True)
    segments = generations.current(tmp_path / "index").manifest.segments
    assert [len(segment.documents) for segment in segments] == [3, 3]
    assert len(words(tmp_path / "index", "neglect")) == 6
    assert check(store, tmp_path / "index", full=True) == []


def test_an_index_of_another_version_is_refused_by_readers_and_rebuilt_by_the_next_build(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("robin", "Neglect.")
    with monkeypatch.context() as older:
        older.setattr(building, "FINGERPRINT", "whoosh 0, analysis 0")
        build(store, tmp_path / "index")
    with pytest.raises(NoIndex, match="another version"):
        words(tmp_path / "index", "neglect")
    assert build(store, tmp_path / "index") is not None
    assert len(words(tmp_path / "index", "neglect")) == 1


def test_an_index_that_lost_words_is_not_published(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("robin", "Neglect was seen.")
    build(store, tmp_path / "index")
    before = generations.current(tmp_path / "index").manifest.id
    add("wren", "Neglect was not seen.")
    with monkeypatch.context() as broken:
        broken.setattr(
            "index.storage.engine.IndexedParagraph.__new__", lambda cls, text, *rest: tuple.__new__(cls, ("", *rest))
        )
        with pytest.raises(Corrupt, match="new index is not used"):
            build(store, tmp_path / "index")
    assert generations.current(tmp_path / "index").manifest.id == before
    assert not list((tmp_path / "index").glob("building-*"))


def test_check_finds_an_index_that_does_not_say_what_the_corpus_says(
    tmp_path: Path, store: Store, add: AddReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("robin", "Neglect.", "It was seen.", "Nobody asked.")
    build(store, tmp_path / "index")
    monkeypatch.setattr(Readings, "indexable", lambda self, reading: [("Other words.", "body", False)] * 3)
    assert any(
        "misses words" in problem or "paragraphs in the index differ" in problem
        for problem in check(store, tmp_path / "index", full=True)
    )


def test_old_readings_are_kept_as_long_as_a_kept_generation_shows_them(
    tmp_path: Path, store: Store, add: AddReport
) -> None:
    for n in range(generations.KEEP + 3):
        add("robin", f"Version {n}.")
        build(store, tmp_path / "index")
    shown = set().union(*(g.manifest.live for g in generations.kept(tmp_path / "index")))
    assert len(shown) == generations.KEEP
    for reading in shown:
        assert store.readings.text(reading).paragraphs
