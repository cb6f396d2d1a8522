"""Keyness: the words that distinguish some reports or paragraphs from the rest, by log-likelihood.

See Dunning, "Accurate methods for the statistics of surprise and coincidence" (1993), as applied to corpora by Rayson
and Garside (2000). It can suggest words that the analyst did not think of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import log
from typing import Any, Literal

from corpus.errors import UsageError
from index import analyser
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.searcher import Searcher

Unit = Literal["report", "paragraph"]
COLUMNS = ("term", "score", "here", "elsewhere", "per_10000_here", "per_10000_elsewhere", "reports_here")
_FEW = 5  # reports on one side
_FEWEST = 3  # occurrences; a rarer word is not evidence


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that is more common here than elsewhere.

    `here` and `elsewhere` are numbers of occurrences; the rates are per 10,000 words. `score` is the log-likelihood. If
    words occurred at random, which they do not, a score above 15.13 would arise by chance once in 10,000 times.
    `reports` is the number of reports here that contain the word.
    """

    term: str
    score: float
    here: int
    elsewhere: int
    rates: tuple[float, float]
    reports: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "term": self.term,
            "score": round(self.score, 1),
            "here": self.here,
            "elsewhere": self.elsewhere,
            "per_10000_here": round(self.rates[0], 2),
            "per_10000_elsewhere": round(self.rates[1], 2),
            "reports_here": self.reports,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The words of the reports that match one query, on the `left`, and of those that match another, on the `right`.

    `reports` is how many reports are on each side. `both` is how many match both queries, and are left out.
    """

    left: list[Keyword]
    right: list[Keyword]
    reports: tuple[int, int]
    both: int

    @property
    def is_small(self) -> bool:
        """Whether a side has so few reports that its words can be those of one of them."""
        return min(self.reports) < _FEW


class _Words:
    """The words of one side of the comparison."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.reports: Counter[str] = Counter()
        self.units = 0

    def add(self, texts: Iterable[str], units: int) -> None:
        """Add those texts of one report that belong to this side."""
        found = Counter(term for text in texts for term, _ in analyser.terms(text) if not term.isdigit())
        self.counts.update(found)
        self.reports.update(found.keys())
        self.units += units


def terms(
    searcher: Searcher,
    query: str,
    filters: Filters = EVERYTHING,
    *,
    unit: Unit = "paragraph",
    limit: int | None = 50,
    most: int | None = None,
) -> list[Keyword]:
    """Return the words that distinguish the paragraphs with a mention (or the matching reports) from all others that
    pass the filters.

    With a filter by section, only text in such sections is compared. The words of the query itself are left out. `most`
    is the maximum number of words of text to compare. Raises UsageError if there are more, or if one side is empty.
    """
    reports = searcher.reports(filters)
    _check_size(searcher, {report.id for report in reports}, filters, most)
    head, hits = searcher.stream(
        SearchRequest.everything(query, filters, per_report=None if unit == "paragraph" else 0, facets=False)
    )
    found: dict[str, set[int]] = {}
    own: set[str] = set()
    for hit in hits:
        found[hit.report.id] = {passage.ordinal for passage in hit.passages if passage.mentions}
        for passage in hit.passages:
            own.update(t for a, b in passage.highlights for t, _ in analyser.terms(passage.text[a:b]))
    own.update(t for expansion in head.expansions for term in expansion.terms for t, _ in analyser.terms(term))
    here, elsewhere = _Words(), _Words()
    for report in reports:
        texts = _texts(searcher, report.id, filters)
        mine = found.get(report.id)
        if unit == "report":
            (elsewhere if mine is None else here).add(texts.values(), 1)
        else:
            inside = mine or set()
            here.add((text for n, text in texts.items() if n in inside), len(inside))
            elsewhere.add((text for n, text in texts.items() if n not in inside), len(texts.keys() - inside))
    if not here.units:
        said = "is not mentioned in the text searched" if found else "was not found in the reports searched"
        raise UsageError(f"“{query}” {said}, so there is nothing to compare.")
    if not elsewhere.units:
        every = f"The only {unit} has" if here.units == 1 else f"All {here.units:,} {unit}s have"
        raise UsageError(
            f"{every} “{query}”, so there are no others to compare with. "
            "Choose a query that matches some of them and not others."
        )
    return _keywords(here, elsewhere, own, limit)


def compare(
    searcher: Searcher,
    one: str,
    other: str,
    filters: Filters = EVERYTHING,
    *,
    limit: int | None = 50,
    most: int | None = None,
) -> Comparison:
    """Return the words that distinguish the reports matching one query from those matching another, and the reverse.

    Only reports that pass the filters are compared. A report that matches both queries counts on neither side. `most`
    is the maximum number of words of text to compare. Raises UsageError if there are more, or if one side is empty.
    """
    answers = []
    asked = (one, other)
    for query in asked:
        _, hits = searcher.stream(SearchRequest.everything(query, filters, per_report=0, facets=False))
        answers.append({hit.report.id for hit in hits})
        if not answers[-1]:
            raise UsageError(f"No report matches “{query}”, so there is nothing to compare.")
    for query, mine, others in zip(asked, answers, answers[::-1], strict=True):
        if mine <= others:
            second = other if query is one else one
            raise UsageError(
                f"Every report that matches “{query}” also matches “{second}”, so there is nothing to compare. "
                "Choose a query that matches some of them and not others."
            )
    _check_size(searcher, answers[0] ^ answers[1], filters, most)
    sides = (_Words(), _Words())
    for side, ids in zip(sides, (answers[0] - answers[1], answers[1] - answers[0]), strict=True):
        for report in sorted(ids):
            side.add(_texts(searcher, report, filters).values(), 1)
    left, right = sides
    return Comparison(
        _keywords(left, right, set(), limit),
        _keywords(right, left, set(), limit),
        (left.units, right.units),
        len(answers[0] & answers[1]),
    )


def _check_size(searcher: Searcher, reports: Collection[str], filters: Filters, most: int | None) -> None:
    if most is None:
        return
    held = searcher.words(filters.sections)
    size = sum(held.get(report, 0) for report in reports)
    if size > most:
        raise UsageError(
            f"These reports have {size:,} words, and up to {most:,} can be compared here. Choose a board, years or "
            "another filter."
        )


def _texts(searcher: Searcher, report: str, filters: Filters) -> dict[int, str]:
    """Return the paragraphs of a report by ordinal. With a filter by section, only those in such a section."""
    text = searcher.text(report)
    return {
        paragraph.ordinal: paragraph.text
        for paragraph in text.paragraphs
        if not filters.sections or text.sections[paragraph.section].kind.value in filters.sections
    }


def _keywords(here: _Words, elsewhere: _Words, own: set[str], limit: int | None) -> list[Keyword]:
    size, rest = here.counts.total() or 1, elsewhere.counts.total() or 1
    found = []
    for term, count in here.counts.items():
        other = elsewhere.counts[term]
        if count < _FEWEST or term in own or len(term) < 2 or count / size <= other / rest:
            continue
        rates = (10_000 * count / size, 10_000 * other / rest)
        score = likelihood(count, other, size, rest)
        found.append(Keyword(term, score, count, other, rates, here.reports[term]))
    found.sort(key=lambda word: (-word.score, word.term))
    return found[:limit]


def likelihood(here: int, elsewhere: int, size: int, rest: int) -> float:
    """Return the log-likelihood G² of a word, from its occurrences in `size` words here and `rest` words elsewhere."""
    expected = size * (here + elsewhere) / (size + rest)
    other = rest * (here + elsewhere) / (size + rest)
    return 2 * sum(seen * log(seen / wanted) for seen, wanted in ((here, expected), (elsewhere, other)) if seen)
