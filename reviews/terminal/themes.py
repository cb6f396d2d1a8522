"""Show the themes in the terminal and as JSON."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import NotFound, QueryRefused
from corpus.themes import Theme, Themes
from reviews.terminal.results import cited, counted, quoted, width

if TYPE_CHECKING:
    from reviews.library import Library
    from search.results import Hit


@dataclass(frozen=True, slots=True)
class TermCheck:
    """The result of one query of a theme.

    `alone` counts reports that no other query of the theme finds. `samples` are hits with one passage each.
    """

    query: str
    reports: int
    alone: int
    mentions: int
    warnings: tuple[str, ...]
    samples: "tuple[Hit, ...]"

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "reports": self.reports,
            "alone": self.alone,
            "mentions": self.mentions,
            "warnings": list(self.warnings),
            "samples": [
                {
                    "report": hit.report.id,
                    "title": hit.report.title,
                    "passages": [p.to_dict(hit.report.id) for p in hit.passages],
                }
                for hit in self.samples
            ],
        }


@dataclass(frozen=True, slots=True)
class ThemeCheck:
    """The result of a theme and of each of its queries."""

    theme: Theme
    reports: int
    terms: tuple[TermCheck, ...]

    def to_dict(self) -> dict[str, Any]:
        terms = [term.to_dict() for term in self.terms]
        return {"name": self.theme.name, "note": self.theme.note, "reports": self.reports, "terms": terms}


def check(library: "Library", theme: Theme, passages: int) -> ThemeCheck:
    """Run each query of a theme separately.

    `passages` is the number of samples for each query, from different reports.
    """
    found: list[tuple[set[str], TermCheck]] = []
    for query in theme.queries:
        try:
            every = library.search(query, limit=None, per_report=0)
            shown = library.search(query, limit=passages, per_report=1)
        except QueryRefused as error:
            found.append((set(), TermCheck(query, 0, 0, 0, (str(error),), ())))
            continue
        mentions = sum(hit.mentions for hit in every)
        said = tuple(warning for warning in every.warnings if every.total)
        ids = {hit.report.id for hit in every}
        found.append((ids, TermCheck(query, every.total, 0, mentions, said, shown.hits)))
    terms = []
    for number, (ids, term) in enumerate(found):
        others: set[str] = set().union(*(other for place, (other, _) in enumerate(found) if place != number))
        terms.append(TermCheck(term.query, term.reports, len(ids - others), term.mentions, term.warnings, term.samples))
    return ThemeCheck(theme, len(set().union(*(ids for ids, _ in found))), tuple(terms))


def check_lines(themes: Themes, checked: Sequence[ThemeCheck]) -> Iterator[str]:
    """Yield lines that help to judge whether the terms of a theme fit its name."""
    for problem in themes.problems:
        yield click.style(f"Note: {problem}", fg="yellow")
    for each in checked:
        yield click.style(f"{each.theme.name}: {counted(each.reports, 'report')}", bold=True)
        if each.theme.note:
            yield from textwrap.wrap(f"Note: {each.theme.note}", width())
        for term in each.terms:
            alone = f", {term.alone:,} of them found only by this term" if term.alone else ""
            counts = f"{counted(term.reports, 'report')}{alone}, {counted(term.mentions, 'mention')}"
            yield f"  {click.style(term.query, bold=True)}: {counts if term.reports else 'not found'}"
            yield from (f"     Note: {warning}" for warning in term.warnings)
            for hit in term.samples:
                for passage in hit.passages:
                    yield "   " + click.style(f"{hit.report.title}, {cited(passage)}", fg="cyan")
                    yield from quoted(passage)
        yield ""


def chosen(themes: Themes, name: str | None) -> Sequence[Theme]:
    """Return all themes, or the one with that name. Raises NotFound with similar names."""
    if name is None:
        return themes.themes
    theme = themes.find(name)
    if theme is None:
        near = " or ".join(f"`{each}`" for each in themes.close(name))
        hint = f"Did you mean {near}?" if near else "`reviews themes` lists them."
        raise NotFound(f"There is no theme called {name!r}. {hint}")
    return (theme,)


def to_dict(themes: Themes, shown: Sequence[Theme]) -> dict[str, Any]:
    """Return the JSON of `reviews themes`."""
    return {
        "themes": [{"name": t.name, "queries": list(t.queries), "note": t.note, "sources": t.sources} for t in shown],
        "problems": [str(problem) for problem in themes.problems],
    }


def lines(themes: Themes, shown: Sequence[Theme], *, in_full: bool) -> Iterator[str]:
    """Yield one line per theme, or all its terms with `in_full`."""
    for problem in themes.problems:
        yield click.style(f"Note: {problem}", fg="yellow")
    for theme in shown:
        if not in_full:
            yield f"{theme.name}  ({counted(len(theme.queries), 'term')})"
            continue
        yield click.style(theme.name, bold=True)
        yield from (f"  {query}" for query in theme.queries)
        if theme.note:
            yield from textwrap.wrap(f"Note: {theme.note}", width())
    if not in_full:
        yield "To see the terms of a theme: `reviews themes NAME`. To search for it: `reviews search 'theme:\"NAME\"'`."
