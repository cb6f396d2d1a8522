"""The text of saved passages comes from the corpus, and changes to a report are shown."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import NotFound
from corpus.settings import load_settings
from reviews.collecting.collection import Collection, Saved
from reviews.collecting.passages import Found, look_up, passage_reference
from reviews.library import Library
from reviews.maintenance.remove import remove
from tests.command import DEMO, reviews


def saved(library: Library, query: str) -> Saved:
    hit = library.search(query).hits[0]
    first = hit.passages[0].ordinal
    return passage_reference(library.corpus(), hit.report.id[:16], first, first, "0000001", "2026-11-29")


def found(library: Path, *passages: Saved) -> list[Found]:
    with Library(library) as opened:
        return list(look_up(opened.corpus(), Collection("1", "Mine", passages)))


def test_a_passage_has_its_words_place_and_citation(demo: Path) -> None:
    with Library(demo) as library:
        hit = library.search("neglect").hits[0]
        one = saved(library, "neglect")
    (shown,) = found(demo, replace(one, report=one.report[:16]))
    assert (shown.state, shown.said) == ("held", "")
    assert shown.quotation == hit.passages[0].text
    assert (shown.page, shown.number) == (hit.passages[0].page, hit.passages[0].paragraph)
    assert shown.cited.endswith(f"page {shown.page}, paragraph {shown.number}.")
    assert shown.path == f"reports/{hit.report.id[:16]}/pages/{shown.page}#p{one.first}"
    assert shown.row(1, "https://reviews.example/")["link"] == f"https://reviews.example/{shown.path}"


def test_several_paragraphs_are_one_passage(demo: Path) -> None:
    with Library(demo) as library:
        report, text = library.report(library.search("neglect").hits[0].report.id)
        one = passage_reference(library.corpus(), report.id, 5, 7, "", "")
    (shown,) = found(demo, one)
    assert shown.quotation == "\n".join(p.text for p in text.paragraphs[5:8])


def test_a_passage_that_is_not_there_cannot_be_saved(demo: Path) -> None:
    with Library(demo) as library:
        report = library.reports()[0].id
        for first, last in ((9_999_999, 9_999_999), (5, 4), (0, 5_000)):
            with pytest.raises(NotFound):
                passage_reference(library.corpus(), report, first, last, "", "")
        with pytest.raises(NotFound):
            passage_reference(library.corpus(), "0" * 16, 0, 0, "", "")


def test_words_that_moved_are_found_and_words_that_changed_are_not_quoted(demo: Path) -> None:
    with Library(demo) as library:
        one = saved(library, "neglect")
    moved, changed, gone = found(
        demo,
        replace(one, first=one.first + 1, last=one.last + 1),
        replace(one, digest="0" * 16),
        replace(one, report="0" * 64),
    )
    assert (moved.state, moved.saved.first) == ("held", one.first)
    assert (changed.state, changed.quotation) == ("changed", "")
    assert changed.report is not None
    assert "read again" in changed.said
    assert (gone.state, gone.said, gone.cited) == ("unknown", "This report is not in this library.", "")


def test_a_collection_says_that_a_report_was_withdrawn_replaced_or_removed(small: Path) -> None:
    with Library(small) as library:
        one = replace(saved(library, "Robin kind:executive"), note="Robin")
    (pdf,) = (small / "reports").glob("*Executive*")
    shutil.copy(next(each for each in sorted(DEMO.glob("*.pdf")) if "Family M" in each.name), pdf)
    assert reviews(small, "update").returncode == 0
    (shown,) = found(small, one)
    assert (shown.state, shown.quotation) == ("replaced", "")
    assert shown.newer is not None
    pdf.unlink()
    assert reviews(small, "update").returncode == 0
    (shown,) = found(small, one)
    assert (shown.state, shown.newer) == ("withdrawn", None)
    assert "withdrawn on" in shown.said
    remove(load_settings(small), one.report, "a child was named")
    (shown,) = found(small, one)
    assert (shown.state, shown.saved.note, shown.quotation) == ("removed", "", "")
    assert "was removed on" in shown.said


def test_a_library_is_only_read(copy: Callable[[], Path]) -> None:
    library = copy()
    with Library(library) as opened:
        one = saved(opened, "neglect")
    before = (library / "corpus.db").read_bytes()
    found(library, one)
    assert (library / "corpus.db").read_bytes() == before
