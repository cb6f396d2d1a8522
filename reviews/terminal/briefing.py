"""A briefing on a theme, as text and as the parts of a document."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator

import click

from reviews import citation
from reviews.terminal.results import counted, coverage, quoted, width
from search.analytics.briefing import Briefing, Related
from search.analytics.trends import Point
from search.filters import Filters
from search.results import Listed, Passage


def lines(brief: Briefing) -> Iterator[str]:
    """Yield the lines of the briefing for the terminal."""
    yield click.style(f"Briefing: {brief.theme.name}", bold=True)
    yield from textwrap.wrap(how_many(brief), width())
    for title, points in (("By year", brief.years), ("By board", brief.boards)):
        yield from ("", click.style(title, bold=True))
        yield from (f"  {value}: {number} of {of}" for value, number, of in point_rows(brief, points))
    yield from ("", click.style("Words searched for", bold=True))
    yield from textwrap.wrap("; ".join(brief.theme.queries), width(), initial_indent="  ", subsequent_indent="  ")
    yield from textwrap.wrap(brief.theme.note, width(), initial_indent="  ", subsequent_indent="  ")
    yield from ("", click.style("What findings say", bold=True))
    for listed in brief.passages:
        yield click.style(f"  {source(listed)}", fg="cyan")
        yield from quoted(listed.passage)
    if not brief.passages:
        yield "  No findings mention it."
    yield from ("", click.style("Recommendations", bold=True))
    for each in brief.recommendations:
        addressee = f" For {each.item.addressee}." if each.item.addressee else ""
        cited = citation.citation(each.report, each.item.page, each.page_label, each.item.number)
        yield click.style(f"  {cited}{addressee}", fg="cyan")
        yield from textwrap.wrap(each.item.text, width(), initial_indent="     ", subsequent_indent="     ")
    yield f"  {recommendations_left(brief)}"
    yield from ("", click.style("Related themes", bold=True))
    yield from (f"  {related_sentence(brief, each)}" for each in brief.related)
    yield from ("", coverage(brief.coverage), f"Version of the reports: {brief.generation}, built {brief.built_at}.")
    yield f"To repeat it: {command(brief)}"


def how_many(brief: Briefing) -> str:
    """Return how many reports and, if the library knows any, cases mention the theme, and what the briefing is."""
    narrowed = "; ".join(f"{name} {', '.join(values)}" for name, values in brief.filters.typed().items())
    said = f"{brief.count(brief.reports)} of {_held(brief, brief.of, 'report')}"
    rule = ""
    if brief.knows_cases:
        said += f" and {brief.count(brief.cases)} of {_held(brief, brief.of_cases, 'case')}"
        rule = "A report without a known case counts as one case. "
    narrowed = f" ({narrowed})" if narrowed else ""
    return f"{said} mention this theme{narrowed}. {rule}Everything is counted or quoted; nothing is generated."


def source(listed: Listed) -> str:
    """Return the citation of a passage, with the place that a search shows for it."""
    passage = listed.passage
    where = citation.place(passage.page, passage.page_label, passage.paragraph, passage.page_end)
    return f"{citation.citation(listed.report).removesuffix('.')}, {where}."


def quotation(passage: Passage) -> str:
    """Return the text of a passage, with dots where its paragraph goes on."""
    return f"{'… ' if passage.more_before else ''}{passage.text}{' …' if passage.more_after else ''}"


def point_rows(brief: Briefing, points: tuple[Point, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a table: a year or board, how many reports mention the theme, and how many there are."""
    for point in points:
        yield str("not known" if point.value is None else point.value), brief.count(point.reports), brief.held(point.of)


def boards_left_out(brief: Briefing) -> str:
    """Return what it means that a board is not listed, or "" if no board is."""
    return "A board that is not listed has no report that mentions it." if brief.boards else ""


def recommendations_left(brief: Briefing) -> str:
    """Return how many recommendations mention the theme."""
    number = len(brief.recommendations) + brief.more
    if not number:
        return "No recommendation in these reports mentions it."
    listed = f" The first {len(brief.recommendations)} are listed." if brief.more else ""
    return (
        f"{counted(number, 'recommendation')} in these reports {'mentions' if number == 1 else 'mention'} it.{listed}"
    )


def related_sentence(brief: Briefing, each: Related) -> str:
    """Return a sentence such as `Parental alcohol: in 8 of 9 reports with this theme, in 2 of 11 others`."""
    return (
        f"{each.name}: in {brief.count(each.here)} of the {brief.held(brief.having)} reports with this theme, in "
        f"{brief.count(each.elsewhere)} of {_held(brief, each.others, 'other')}"
    )


def _held(brief: Briefing, number: int, one: str) -> str:
    shown = brief.held(number)
    return f"{shown} {one if shown == '1' else f'{one}s'}"


def command(brief: Briefing) -> str:
    """Return the command that produces the same briefing."""
    return shlex.join(["reviews", "briefing", brief.theme.name, *_options(brief.filters), *_small(brief)])


def _options(filters: Filters) -> Iterator[str]:
    for name, values in filters.typed().items():
        for value in values:
            yield from (f"--{name}", value)


def _small(brief: Briefing) -> list[str]:
    return ["--suppress-small"] if brief.hides_small else []
