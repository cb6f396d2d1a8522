"""The demonstration reports, compared with what their source says about every page."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Paragraph, Text
from ingest.structure import normalise
from ingest.structure.page import Unreadable
from ingest.worker import extract, pipeline
from tests.demonstration import without_scans

ROOT = Path(__file__).parents[2]
TRUTH: dict[str, Any] = json.loads((ROOT / "tests" / "corpus" / "demo_truth.json").read_text("utf-8"))["files"]
REPORTS = sorted(name for name, truth in TRUTH.items() if truth["outcome"] == "report")
ONE_PAGE = {name for name in REPORTS if len(TRUTH[name]["pages"]) == 1}

_RAISED = str.maketrans("", "", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@cache
def read(name: str) -> Text:
    data = (ROOT / "corpus" / "demo" / name).read_bytes()
    return pipeline.read(data, id="f" * 64, name=Path(name).stem, max_pages=99)


def words(paragraph: Paragraph) -> str:
    """Return the text without what the ground truth lists separately: the number, the bullet and the footnote marks."""
    text = paragraph.text.translate(_RAISED).strip()
    if paragraph.number and text.startswith(paragraph.number):
        text = text[len(paragraph.number) :].lstrip(".:) ")
    return re.sub(r"^• ", "", text)


def repeated_heads(name: str) -> list[tuple[int, str]]:
    """Return the page and text of the header of each table that goes on from the page before."""
    heads = [
        (page["number"], p["text"])
        for page in TRUTH[name]["pages"]
        for p in page["paragraphs"]
        if p["role"] == "table head"
    ]
    return [(page, text) for page, text in heads if (page - 1, text) in heads]


def true_paragraphs(name: str) -> list[tuple[int, dict[str, Any]]]:
    """Return each page and paragraph, except scanned pages, what a black box hides and repeated headers of tables."""
    return [
        (page["number"], paragraph)
        for page in TRUTH[name]["pages"]
        if not page["scanned"]
        for paragraph in page["paragraphs"]
        if (page["number"], paragraph["text"]) not in repeated_heads(name)
    ]


@pytest.mark.parametrize("name", sorted(set(TRUTH) - set(REPORTS)))
def test_a_file_that_is_not_a_report_gives_its_true_reason(name: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(name)
    assert refused.value.reason.value == TRUTH[name]["outcome"]


@pytest.mark.parametrize("name", REPORTS)
def test_every_paragraph_is_found_whole_on_its_page(name: str) -> None:
    found = {(paragraph.page, words(paragraph)) for paragraph in read(name).paragraphs}
    found |= {(paragraph.page, paragraph.text.translate(_RAISED)) for paragraph in read(name).paragraphs}
    missing = [(page, p["text"][:60]) for page, p in true_paragraphs(name) if (page, p["text"]) not in found]
    assert missing == []


@pytest.mark.parametrize("name", REPORTS)
def test_numbers_are_those_that_are_printed(name: str) -> None:
    found = {words(paragraph): paragraph.number for paragraph in read(name).paragraphs}
    wrong = [
        (p["number"], found.get(p["text"]), p["text"][:50])
        for _, p in true_paragraphs(name)
        if p["role"] in ("body", "heading", "bullet") and found.get(p["text"]) != p["number"]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", REPORTS)
def test_headings_are_those_that_are_printed(name: str) -> None:
    found = {words(paragraph) for paragraph in read(name).paragraphs if paragraph.heading}
    printed = {p["text"] for _, p in true_paragraphs(name) if p["role"] == "heading"}
    running = {p["text"] for _, p in true_paragraphs(name) if p["role"] in ("body", "bullet", "footnote", "table row")}
    assert printed - found == set()
    assert found & running == set()


@pytest.mark.parametrize("name", REPORTS)
def test_a_paragraph_over_a_page_break_knows_where_the_page_turns(name: str) -> None:
    report = read(name)
    turning = {words(p): [page for _, page in p.turns] for p in report.paragraphs if p.turns}
    assert turning == {p["text"]: [page for _, page in p["turns"]] for _, p in true_paragraphs(name) if p["turns"]}
    for paragraph in report.paragraphs:
        for offset, _ in paragraph.turns:
            assert offset == 0 or paragraph.text[offset - 1] in " -" or paragraph.text[offset].isalnum()


@pytest.mark.parametrize("name", sorted(set(REPORTS) - ONE_PAGE))
def test_running_lines_contents_and_cover_sheets_are_asides_and_nothing_else_is(name: str) -> None:
    report = read(name)
    for page in TRUTH[name]["pages"]:
        if page["scanned"] or page["label"] == "i":  # a cover whose footer is on no other page
            continue
        truth: Counter[str] = Counter()
        for part in ("header", "footer", "contents", "cover_sheet"):
            for piece in page[part]:
                truth.update(normalise.repair(str(piece)).split())
        truth.update(word for number, text in repeated_heads(name) if number == page["number"] for word in text.split())
        found = Counter(word for a in report.asides if a.page == page["number"] for word in a.text.split())
        dots = {word for word in found if not word.strip(".")}
        assert Counter({word: n for word, n in found.items() if word not in dots}) == truth, page["number"]


@pytest.mark.parametrize("name", REPORTS)
def test_pages_have_their_printed_labels(name: str) -> None:
    assert [page.label for page in read(name).pages] == [page["label"] for page in TRUTH[name]["pages"]]


@pytest.mark.parametrize("name", REPORTS)
def test_a_scanned_page_without_text_is_unread_and_no_other_is(name: str) -> None:
    unread = [page.number for page in read(name).pages if page.unread]
    assert unread == [page["number"] for page in TRUTH[name]["pages"] if page["scanned"]]


def test_ocr_reads_a_page_of_each_report_but_of_those_that_are_said_to_need_none() -> None:
    for pdf in (ROOT / "corpus" / "demo" / name for name in REPORTS):
        pages = extract.read(pdf.read_bytes(), max_pages=99).pages
        assert any(page.scan or page.image for page in pages) == (pdf not in without_scans()), pdf.name


@pytest.mark.parametrize(
    "name", sorted(set(REPORTS) - {n for n in REPORTS if all(p["scanned"] for p in TRUTH[n]["pages"])})
)
def test_what_is_found_about_a_report_is_true(name: str) -> None:
    truth = TRUTH[name]["metadata"]
    found = read(name).found
    for field in ("board", "area", "child", "kind", "type", "year", "published", "author"):
        if field in found:
            assert found[field].value == str(truth[field]), field
    for field in ("board", "area", "kind", "year"):
        assert field in found, field
    assert found["language"].value == "en"
    assert found["title"].value
