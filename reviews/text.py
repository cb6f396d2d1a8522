"""Answers as a person reads them in a terminal."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence

import click

from corpus.model import Coverage
from search.results import Hit, Passage, Results

_LONG = 420  # characters of a passage that are shown before it is cut


def width() -> int:
    """Columns to write in: those of the terminal, 100 at most, because longer lines are hard to read."""
    return min(100, shutil.get_terminal_size((88, 24)).columns)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 report`, `2 reports`, `1,204 reports`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def answer(results: Results, offset: int) -> Iterator[str]:
    """The lines of an answer: what was understood, the hits, what was not searched."""
    for warning in results.warnings:
        yield click.style(f"Note: {warning}", fg="yellow")
    shown = f", {offset + 1} to {offset + len(results.hits)} shown" if len(results.hits) < results.total else ""
    if not results.hits and results.total:
        shown = f", none shown from number {offset + 1} on"
    yield f"{click.style(results.parsed or results.text, bold=True)}: {counted(results.total, 'report')}{shown}"
    for expansion in results.expansions:
        if len(expansion.terms) > 1:
            listed = ", ".join(expansion.terms)
            yield textwrap.fill(f"  {expansion.text} stands for: {listed}", width(), subsequent_indent="    ")
    for number, hit in enumerate(results.hits, offset + 1):
        yield ""
        yield from _hit(number, hit)
    yield ""
    yield from textwrap.wrap(coverage(results.coverage), width())


def _hit(number: int, hit: Hit) -> Iterator[str]:
    report = hit.report
    yield click.style(f"{number}. {report['title']}", bold=True)
    facts = (report["board"], report["year"], report["kind"], counted(hit.mentions, "mention"), report["id"][:12])
    yield "   " + " · ".join(str(fact) for fact in facts if fact)
    for passage in hit.passages:
        yield "   " + click.style(cited(passage), fg="cyan")
        yield from _quoted(passage)


def cited(passage: Passage) -> str:
    """`page 7 (printed v), paragraph 4.3.2, Findings`."""
    place = f"page {passage.page}"
    if passage.page_end != passage.page:
        place = f"pages {passage.page} and {passage.page_end}"
    if passage.page_label != str(passage.page):
        place += f" (printed {passage.page_label})"
    if passage.paragraph:
        place += f", paragraph {passage.paragraph}"
    if passage.section_heading:
        place += f", {passage.section_heading}"
    return place + (", read by OCR" if passage.ocr else "")


def _quoted(passage: Passage) -> Iterator[str]:
    start, end = window(passage)
    before = "… " if start or passage.more_before else ""
    after = " …" if end < len(passage.text) or passage.more_after else ""
    marked, at = before, start
    for first, last in passage.highlights:
        if at <= first and last <= end:
            marked += passage.text[at:first] + click.style(passage.text[first:last], fg="yellow", bold=True)
            at = last
    marked += passage.text[at:end] + after
    return iter(_wrapped(marked))


def _wrapped(marked: str) -> Sequence[str]:
    """Wrapped by what is seen: the codes for colour take no room."""
    lines, line, used = [], "", 0
    room = width() - 5
    for word in marked.split(" "):
        seen = len(click.unstyle(word))
        if used and used + 1 + seen > room:
            lines.append("     " + line)
            line, used = word, seen
        else:
            line, used = (f"{line} {word}", used + 1 + seen) if line else (word, seen)
    return [*lines, "     " + line]


def window(passage: Passage) -> tuple[int, int]:
    """The part of a long passage to show: from the sentence with the first match on, cut between words."""
    text = passage.text
    if len(text) <= _LONG:
        return 0, len(text)
    first = passage.highlights[0][0] if passage.highlights else 0
    start = max((text.rfind(stop, 0, first) + 2 for stop in (". ", "? ", "! ") if stop in text[:first]), default=0)
    if first - start > _LONG // 2:
        start = text.rfind(" ", 0, first - _LONG // 2) + 1
    end = start + _LONG
    if end >= len(text):
        return start, len(text)
    return start, max(text.rfind(" ", start, end), passage.highlights[0][1] if passage.highlights else start)


def coverage(held: Coverage) -> str:
    """What was searched and, above all, what was not."""
    said = f"Searched {held.searchable:,} of {counted(held.reports, 'report')}."
    missing = []
    if held.unread_pages:
        missing.append(f"{counted(held.unread_pages, 'page')} that could not be read")
    if held.failures:
        missing.append(f"{counted(held.failures, 'file')} that could not be opened as a report")
    if missing:
        said += f" Not searched: {' and '.join(missing)} (`reviews coverage` says which and why)."
    return said
