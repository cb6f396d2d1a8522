"""Search results for the terminal."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from corpus.report import Coverage
from search.answering.snippet import opening_snippet
from search.citation import place
from search.diagnostics import Code
from search.hits.expansions import with_other_words
from search.results import Hit, Listed, Passage, Results

if TYPE_CHECKING:
    from search.answering.similar import Alike

_LEGIBLE = 80  # of 100: below this OCR confidence, there is a wrong word in every line or two
_HEADING = 80  # characters of a section heading to show next to a passage
_VALUES = 12  # values of a facet to show
_TERMS = 6  # terms shown of an offered theme


def width() -> int:
    """Return the width of the terminal in columns, at most 100 because longer lines are hard to read."""
    return min(100, shutil.get_terminal_size((88, 24)).columns)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count such as `1 report`, `2 reports` or `1,204 reports`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def without(words: Sequence[str]) -> str:
    """Return what a report lacks, such as `Without the words “asthma” and “dentist”`."""
    *first, last = (f"“{word.removeprefix('=')}”" for word in words)
    return f"Without the {'words' if first else 'word'} {', '.join(first)}{' and ' if first else ''}{last}"


def answer(results: Results, offset: int, *, counted_too: bool = False) -> Iterator[str]:
    """Yield the lines of the results: the query as read, the hits, what was not searched.

    With `counted_too`, the facets are included.
    """
    offered = {offer.query for offer in results.offers}
    for note in results.diagnostics:
        if note.code is not Code.REST or dict(note.arguments)["query"] not in offered:
            yield from _note(str(note))
    shown = _which(results, offset)
    cases = f" on {counted(results.cases, 'case')}" if results.cases < results.total else ""
    asked = click.style(results.parsed or results.text, bold=True)
    split = f": {results.split}" if results.split else ""
    yield f"{asked}: {counted(results.total, 'report')}{cases}{split}{shown}"
    yield from _expanded(results)
    yield from _offered(results)
    if counted_too:
        yield from _counts(results)
    case = None
    for number, hit in enumerate(results.hits, offset + 1):
        yield ""
        same = bool(case) and hit.report.case == case
        case = hit.report.case
        yield from _hit(number, hit, same)
    for number, listed in enumerate(results.passages or (), offset + 1):
        yield ""
        yield from _listed(number, listed)
    yield from _most(results)
    yield from _in_other_words(results)
    yield ""
    yield from textwrap.wrap(coverage(results.coverage), width())


def _which(results: Results, offset: int) -> str:
    """Return which part of the hits or passages is shown."""
    if results.passages is not None:
        return f"; passages {offset + 1} to {offset + len(results.passages)}" if results.passages else "; no passages"
    if not results.hits and results.total:
        return f", none from number {offset + 1} on" if offset else ""
    return f", showing {offset + 1} to {offset + len(results.hits)}" if len(results.hits) < results.total else ""


def _most(results: Results) -> Iterator[str]:
    """Yield the reports that have most of the words."""
    if results.most is None:
        return
    yield ""
    if not results.most:
        yield f"No report has {results.of_most}."
        return
    yield click.style(f"Reports with {results.of_most} (not all; they are not counted above)", bold=True)
    for number, hit in enumerate(results.most, 1):
        yield ""
        yield from _hit(number, hit, same_case=False)


def _in_other_words(results: Results) -> Iterator[str]:
    """Yield the passages that a language model found, separately from the answer."""
    if results.meaning is None:
        return
    yield ""
    yield click.style("In other words", bold=True)
    yield from textwrap.wrap(results.meaning.problem or results.meaning.note, width())
    if not (results.meaning.passages or results.meaning.problem):
        yield "It found no similar passages."
    for number, listed in enumerate(results.meaning.passages, 1):
        yield ""
        yield from _listed(number, listed)


def _listed(number: int, listed: Listed) -> Iterator[str]:
    report = listed.report
    facts = (report.title, report.year, report.id[:12])
    heading = f"{number}. " + " · ".join(str(fact) for fact in facts if fact)
    yield from (click.style(line, bold=True) for line in textwrap.wrap(heading, width()))
    yield "   " + click.style(cited(listed.passage), fg="cyan")
    yield from quoted(listed.passage)
    for again in listed.also_in:
        yield from _indented(f"Also in {again.report.title}, {place(again.page, '', again.paragraph)}")


def _offered(results: Results) -> Iterator[str]:
    """Yield the further queries, each with what it finds."""
    said = {"spelling": "Did you mean", "title": "Only in titles", "wider": "Try instead"}
    for offer in results.offers:
        found = counted(offer.reports, "report")
        if offer.kind == "theme":
            terms = ", ".join(offer.words[:_TERMS]) + (", …" if len(offer.words) > _TERMS else "")
            yield from textwrap.wrap(f"Theme: {offer.query} ({found}), which also finds {terms}", width())
        elif offer.kind == "part":
            having = f"{found} {'mentions' if offer.reports == 1 else 'mention'} the theme"
            yield from textwrap.wrap(
                f"Theme with “{offer.words[0]}” among its words: {offer.query} ({having})", width()
            )
        elif offer.kind == "also":
            names = ", ".join(f"“{name}”" for name in offer.words)
            yield from textwrap.wrap(f"Reports also say {names}: {offer.query} ({found})", width())
        elif offer.kind == "family":
            yield from _indented(f"not searched: {', '.join(offer.words)} ({found}); to find them: {offer.query}")
        else:
            yield from textwrap.wrap(f"{said[offer.kind]}: {offer.query} ({found})", width())


def _note(sentence: str) -> Iterator[str]:
    for line in textwrap.wrap(f"Note: {sentence}", width(), subsequent_indent="      "):
        yield click.style(line, fg="yellow")


def _expanded(results: Results) -> Iterator[str]:
    """Yield the words that each part of the query matched.

    For a theme, yield which terms were found and which were not.
    """
    if "theme:" in results.parsed:
        found = sorted((e for e in results.expansions if e.reports), key=lambda e: -e.reports)
        absent = [e.text for e in results.expansions if not e.reports]
        if found:
            listed = " · ".join(f"{e.text} {e.reports:,}" for e in found)
            yield from _indented(f"Number of reports with each term: {listed}")
        if absent:
            yield from _indented(f"Terms in no report: {' · '.join(absent)}")
        return
    for expansion in with_other_words(results.expansions):
        yield from _indented(f"{expansion.text} matches: {', '.join(expansion.terms)}")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, width(), initial_indent="  ", subsequent_indent="    ")


def _counts(results: Results) -> Iterator[str]:
    """Yield the facets, with the most frequent values of each."""
    for name, values in results.facets.items():
        if values:
            listed = [f"{'unknown' if v.value is None else v.value} {v.count:,}" for v in values[:_VALUES]]
            more = f" · and {len(values) - _VALUES} more" if len(values) > _VALUES else ""
            yield from _indented(f"By {name}: {' · '.join(listed)}{more}")


def _hit(number: int, hit: Hit, same_case: bool) -> Iterator[str]:
    report = hit.report
    yield from (click.style(line, bold=True) for line in textwrap.wrap(f"{number}. {report.title}", width()))
    said = "words apart" if hit.together is False else counted(hit.mentions, "mention")
    facts = (report.board, report.year, report.kind, "" if hit.lacks else said, report.id[:12])
    line = " · ".join(str(fact) for fact in facts if fact)
    yield f"   {line}{' · same case as the report above' if same_case else ''}"
    if hit.lacks:
        yield from (f"   {said}" for said in textwrap.wrap(f"{without(hit.lacks)}.", width() - 3))
    for reason in hit.explanation or ():
        title = ", also in its title" if reason.in_title else ""
        title += ", in one paragraph with other words of the query" if reason.together else ""
        times = f"{counted(reason.mentions, 'time')} here, in {counted(reason.reports, 'report')}{title}"
        yield f"   {reason.points:6.2f} of {hit.score:.2f} for {reason.text}: {times}"
    for passage in hit.passages:
        yield "   " + click.style(cited(passage), fg="cyan")
        yield from quoted(passage)


def alike(found: "Sequence[Alike]") -> Iterator[str]:
    """Yield similar reports or passages, with the words that they have in common."""
    for number, each in enumerate(found, 1):
        report = each.report
        yield click.style(f"{number}. {report.title}", bold=True)
        facts = (report.board, report.year, report.kind, report.id[:12], f"{each.score:.0%} alike")
        yield "   " + " · ".join(str(fact) for fact in facts if fact)
        yield from (f"   {line}" for line in textwrap.wrap(f"Shared: {', '.join(each.terms)}", width() - 3))
        for passage in each.passages:
            yield "   " + click.style(cited(passage), fg="cyan")
            yield from quoted(passage)
    if not found:
        yield "No similar reports."


def cited(passage: Passage) -> str:
    """Return a location such as `page 7 (printed v), paragraph 4.3.2, Findings`. A long heading is truncated."""
    heading, paragraph = passage.section_heading, passage.paragraph
    if heading and paragraph and heading.casefold().startswith(paragraph.casefold()):
        paragraph = None  # a heading such as "Finding 1: …" already has the number
    where = place(passage.page, passage.page_label, paragraph, passage.page_end)
    if heading:
        where += f", {textwrap.shorten(heading, _HEADING, placeholder=' …')}"
    return where + (by_ocr(passage.confidence) if passage.ocr else "")


def by_ocr(confidence: float | None) -> str:
    """Return a note on text from a scan, with the confidence and, if that is low, what to do."""
    if confidence is None:
        return ", read by OCR"
    advice = ": compare it with the page" if confidence < _LEGIBLE else ""
    return f", read by OCR with {confidence:.0f}% confidence{advice}"


def quoted(passage: Passage) -> Iterator[str]:
    """Yield the text of a passage with its matches highlighted, cut to a readable length."""
    start, end = opening_snippet(passage)
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
    """Wrap by visible characters, not counting colour codes."""
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


def coverage(held: Coverage) -> str:
    """Return a sentence on what was searched and what was not."""
    sentence = f"Searched {held.searchable:,} of {counted(held.reports, 'report')}."
    if not (held.reports or held.waiting):
        sentence = "The library has no reports. Add some with `reviews update FOLDER`."
    missing = []
    if held.unread_pages:
        missing.append(f"{counted(held.unread_pages, 'page')} that could not be read")
    if held.failures:
        missing.append(f"{counted(held.failures, 'file')} that could not be opened as a report")
    if missing:
        sentence += f" Not searched: {' and '.join(missing)} (`reviews coverage` shows which and why)."
    if held.waiting:
        sentence += f" Not read yet: {counted(held.waiting, 'file')} (`reviews update` reads them)."
    return sentence
