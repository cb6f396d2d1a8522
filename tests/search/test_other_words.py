"""In other words: a language model finds passages without the query's words.

They are shown next to the answer, never in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.storage.store import Store
from index.storage import generations
from index.vectors.refresh import refresh
from reviews.library import Library
from search.filters import Filters
from search.results import Results
from tests import fake_model
from tests.search.plain_reports import FILLER, library_of

REPORTS = {
    "Wren": [
        "Wren was not brought to the clinic in that whole year.",
        "Wren was not brought to the clinic again that month.",
        FILLER,
    ],
    "Kite": [
        "Kite missed most of the appointments that were made.",
        "Kite was never brought to the clinic by anybody.",
    ],
    "Jay": ["Jay was bitten by the dog of a neighbour.", FILLER],
}


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.use(monkeypatch)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    model = fake_model.folder_of(tmp_path / "model")
    with library_of(tmp_path, REPORTS) as made:
        made.settings.settings_file.write_text('[meaning]\nmodel = "../model"\n')
        with Library(made.settings.library) as opened:
            read(opened, model)
            yield opened


def read(library: Library, model: Path, *, but: str = "") -> None:
    """Run the model on the reports, or on all but one."""
    live = generations.current(library.settings.index).manifest.live
    with Store.open(library.settings.database) as store:
        left = {n for n, report in store.readings.current() if n in live and store.report(report).title != but}
        refresh(store, library.settings.vectors, left, model, threads=1, progress=lambda done, total: None)


def found(results: Results) -> list[tuple[str, int]]:
    assert results.meaning is not None
    return [(each.report.title, each.passage.ordinal) for each in results.meaning.passages]


def answer_of(results: Results) -> dict[str, Any]:
    return {k: v for k, v in results.to_dict().items() if k not in ("meaning", "elapsed_ms")}


def test_passages_in_other_words_are_found_once_per_report(library: Library) -> None:
    assert found(library.search("missed appointments", meaning=True)) == [("Wren", 0), ("Kite", 1)]


def test_what_the_answer_has_is_not_shown_again(library: Library) -> None:
    results = library.search("missed appointments", meaning=True)
    assert [hit.report.title for hit in results] == ["Kite"]
    assert ("Kite", 0) not in found(results)
    everything = library.search("missed OR brought", meaning=True)
    assert everything.total == 2
    assert found(everything) == []


def test_the_answer_is_the_same_with_and_without(library: Library) -> None:
    for query in ("missed appointments", "dog", "nothing of the kind", '"the clinic"', "missed OR brought"):
        for view in ("reports", "passages"):
            plain = library.search(query, view=view, facets=True)
            beside = library.search(query, view=view, facets=True, meaning=True)
            assert answer_of(beside) == answer_of(plain)
            assert plain.meaning is None


def test_passages_in_other_words_are_not_highlighted_scored_or_in_a_table(library: Library) -> None:
    results = library.search("missed appointments", meaning=True)
    said = results.to_dict()["meaning"]
    assert said["note"] == "Found by a language model on this machine; most will not fit; nothing here is counted."
    assert all(not each["passage"]["highlights"] and not each["passage"]["mentions"] for each in said["passages"])
    assert "score" not in str(said)
    assert {row["title"] for row in results.rows()} == {"Kite"}


def test_a_passage_on_another_subject_is_not_shown(library: Library) -> None:
    assert found(library.search("snow", meaning=True)) == []


def test_filters_apply_to_passages_in_other_words_too(library: Library) -> None:
    kite = next(report for report in library.reports() if report.title == "Kite")
    assert found(library.search("missed appointments", Filters(reports=(kite.id,)), meaning=True)) == [("Kite", 1)]
    assert found(library.search("missed appointments", Filters(sections=("findings",)), meaning=True)) == []


def test_paragraphs_that_the_model_has_not_read_are_reported(library: Library) -> None:
    read(library, library.settings.library.parent / "model", but="Wren")
    results = library.search("missed appointments", meaning=True)
    assert found(results) == [("Kite", 1)]
    assert results.meaning is not None
    assert results.meaning.note.endswith("It has not read 3 paragraphs yet: the next update reads them.")


def test_a_damaged_model_is_reported_and_the_answer_stays(library: Library) -> None:
    plain = library.search("missed appointments")
    (library.settings.library.parent / "model" / "model.onnx").write_bytes(b"damaged")
    results = library.search("missed appointments", meaning=True)
    assert results.meaning is not None
    assert results.meaning.problem is not None
    assert "cannot be used as a model" in results.meaning.problem
    assert answer_of(results) == answer_of(plain)


def test_without_words_there_is_nothing_to_search_for(library: Library) -> None:
    assert found(library.search("", meaning=True)) == []
