"""Show a report, or the list of reports, in the terminal and as JSON."""

import csv
import io
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import click

from corpus.errors import NotFound
from corpus.model import Aside, ItemKind, Paragraph, Text
from corpus.report import METADATA, Report
from reviews import citation
from reviews.terminal.results import by_ocr, counted, width

_LIST_COLUMNS = ("id", "title", "board", "child", "kind", "type", "year", "year_source", "published", "pages",
                 "unread_pages", "file")  # fmt: skip


def to_dict(report: Report, text: Text, number: int | None) -> dict[str, Any]:
    """Return the JSON of `reviews show`. `number` is the page to show, or None for all."""
    _check(text, number)
    kept = [page for page in text.pages if number in (None, page.number)]
    return {
        "report": report.to_dict(),
        "pages": [
            {
                "number": page.number,
                "label": page.label,
                "reader": page.reader,
                "unread": page.unread,
                "confidence": page.confidence,
                "text": "\n".join(words for words, _ in _on_page(text, page.number)),
            }
            for page in kept
        ],
        "paragraphs": [
            {
                "ordinal": paragraph.ordinal,
                "page": paragraph.page,
                "page_end": paragraph.last_page,
                "paragraph": paragraph.number,
                "section": {
                    "kind": text.sections[paragraph.section].kind.value,
                    "heading": text.sections[paragraph.section].heading,
                },
                "text": paragraph.text,
            }
            for paragraph in text.paragraphs
            if number is None or paragraph.is_on(number)
        ],
    }


def items_dict(report: Report, text: Text) -> dict[str, Any]:
    """Return the JSON of `reviews show --recommendations`."""
    return {"report": report.to_dict(), "items": [item.to_dict() for item in text.items]}


def item_lines(report: Report, text: Text) -> Iterator[str]:
    """Yield the recommendations and findings of a report, each with its page, section and addressee."""
    yield click.style(report.title, bold=True)
    if not text.items:
        yield "No recommendations or findings detected. `reviews show` lists the sections of the report."
    for kind in ItemKind:
        items = [item for item in text.items if item.kind is kind]
        if items:
            yield ""
            yield counted(len(items), kind.value)
        for item in items:
            place = f"page {item.page}" + (f", {item.section.heading}" if item.section.heading else "")
            yield ""
            yield f"  {item.number or '•'}   " + click.style(place, fg="cyan")
            if item.addressee:
                yield f"     to: {item.addressee}"
            for line in item.text.splitlines():
                yield from textwrap.wrap(line, width(), initial_indent="     ", subsequent_indent="     ")


def described(report: Report, text: Text) -> Iterator[str]:
    """Yield the details of a report, each with its source, and its sections."""
    yield click.style(report.title, bold=True)
    for name in METADATA[1:]:
        value = getattr(report, name)
        if value is not None:
            source = report.provenance.get(name)
            yield f"  {name:10} {value}" + (f"   (source: {source})" if source else "")
    yield f"  {'id':10} {report.id}"
    for file in report.files:
        yield f"  {'file':10} {file}"
    unread = f", {report.unread_pages} of them not read in full" if report.unread_pages else ""
    yield f"  {'pages':10} {report.pages}{unread}"
    headings = [section for section in text.sections if section.heading]
    if headings:
        yield ""
        yield "Sections"
        first = {paragraph.section: paragraph.page for paragraph in reversed(text.paragraphs)}
        for section in headings:
            page = first.get(section.ordinal)
            yield f"  {f'page {page}' if page else '':9} {section.heading}   [{section.kind.value}]"
    yield ""
    if text.items:
        held = counted(len(text.items), "recommendation or finding", "recommendations and findings")
        yield f"{held}: add `--recommendations` to list them."
    yield f"To read a page: `reviews show {report.id[:12]} --page 1`."


def page_lines(report: Report, text: Text, number: int) -> Iterator[str]:
    """Yield the text of one page in order. Text that is not searched (headers, page numbers, contents) is marked."""
    _check(text, number)
    page = text.pages[number - 1]
    label = citation.printed(page.label, number)
    printed = f" (printed {label})" if label else ""
    yield click.style(f"{report.title}, page {number} of {report.pages}{printed}", bold=True)
    if page.unread:
        how = "was not read in full" if page.reader else "could not be read"
        yield f"This page {how} ({page.unread}). `reviews coverage` says what to do."
    if page.reader == "ocr":
        yield f"The text of this page was{by_ocr(page.confidence).removeprefix(',')}."
    for words, piece in _on_page(text, number):
        yield ""
        if isinstance(piece, Aside):
            yield from textwrap.wrap(f"[{piece.role.value}, not searched] {words}", width())
        else:
            label = piece.number or f"#{piece.ordinal}"
            for n, line in enumerate(textwrap.wrap(words, width() - 10) or [""]):
                yield f"{label if n == 0 else '':>8}  " + (click.style(line, bold=True) if piece.heading else line)


def _check(text: Text, number: int | None) -> None:
    if number is not None and number > len(text.pages):
        raise NotFound(f"There is no page {number}: the report has {counted(len(text.pages), 'page')}.")


def _on_page(text: Text, number: int) -> list[tuple[str, Paragraph | Aside]]:
    """Return the paragraphs and boilerplate of a page in order, each with the part of its text that is on this page."""
    asides = [(a.before, 0, a.text, a) for a in text.asides if a.page == number]
    paragraphs = [(p.ordinal, 1, _part(p, number), p) for p in text.paragraphs if p.is_on(number)]
    pieces: list[tuple[int, int, str, Paragraph | Aside]] = [*asides, *paragraphs]
    return [(words, piece) for _, _, words, piece in sorted(pieces, key=lambda piece: piece[:2])]


def _part(paragraph: Paragraph, number: int) -> str:
    """Return the part of a paragraph that is on a page."""
    edges = [(0, paragraph.page), *paragraph.turns, (len(paragraph.text), 0)]
    parts = [paragraph.text[start:end] for (start, page), (end, _) in pairwise(edges) if page == number]
    return "".join(parts).strip()


def reports_table(held: Sequence[Report]) -> Iterator[str]:
    """Yield one line per report."""
    room = max(24, width() - 40)
    for report in held:
        title = textwrap.shorten(report.title, room, placeholder=" …")
        partly = "   partly searched" if report.unread_pages else ""
        note = partly if report.searchable else "   not searched"
        pages = counted(report.pages, "page")
        yield f"{report.id[:12]}  {report.year or '':4}  {pages:>10}  {title}{note}"
    yield f"{counted(len(held), 'report')}. For all details: `reviews reports --format csv`."


def reports_csv(held: Sequence[Report]) -> str:
    """Return the reports in the library as CSV."""
    from search.tables.writers import safe_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_LIST_COLUMNS)
    for report in held:
        fields = report.to_dict()
        writer.writerow([safe_cell(fields[name]) for name in _LIST_COLUMNS])
    return text.getvalue()
