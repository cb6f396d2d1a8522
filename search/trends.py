"""How often do reports speak of something, year by year or board by board? As a share of the reports there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from corpus.errors import QueryRefused
from search.filters import EVERYTHING, Filters
from search.searcher import Searcher
from search.tally import SMALL, searchable

By = Literal["year", "board", "area", "kind", "type"]
COLUMNS = ("query", "value", "reports", "of", "share", "mentions", "small")


@dataclass(frozen=True, slots=True)
class Point:
    """A query among the reports of one value. reports of: n of the N that are held of that value; None: kept back,
    because the number is small. value None: of which it is not known. small: 1 to 4 reports.
    """

    query: str
    value: str | int | None
    reports: int | None
    of: int
    mentions: int | None
    small: bool

    @property
    def share(self) -> float | None:
        """n / N; None where n is kept back."""
        return None if self.reports is None or not self.of else self.reports / self.of

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "value": self.value,
            "reports": self.reports,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "mentions": self.mentions,
            "small": self.small,
        }


def trends(
    searcher: Searcher,
    queries: Sequence[str],
    by: By = "year",
    filters: Filters = EVERYTHING,
    *,
    suppress_small: bool = False,
) -> list[Point]:
    """A point for each query and each value that some searched report has: years in order, else the commonest first.

    suppress_small: counts of 1 to 4 are kept back, with everything that they follow from. Raises QueryRefused.
    """
    held = Counter(report[by] for report in searcher.reports(filters) if searchable(report))
    order = sorted((v for v in held if v is not None), key=lambda v: v if by == "year" else (-held[v], str(v)))
    values = [*order, *([None] if None in held else [])]
    points = []
    for query in queries:
        head, hits = searcher.stream(query, filters, per_report=0, count=False)
        if not head.parsed:
            raise QueryRefused("Nothing was asked: give a word, for example neglect.")
        reports: Counter[Any] = Counter()
        mentions: Counter[Any] = Counter()
        for hit in hits:
            if searchable(hit.report):
                reports[hit.report[by]] += 1
                mentions[hit.report[by]] += hit.mentions
        for value in values:
            small = 0 < reports[value] < SMALL
            hidden = small and suppress_small
            points.append(
                Point(
                    query,
                    value,
                    None if hidden else reports[value],
                    held[value],
                    None if hidden else mentions[value],
                    small,
                )
            )
    return points


def chart(points: Sequence[Point], width: int = 88) -> Iterator[str]:
    """Bars of shares for a terminal."""
    names = [_name(point) for point in points]
    wide = min(32, max(map(len, names), default=0))
    room = max(10, width - wide - 26)
    top = max((point.share or 0 for point in points), default=0) or 1
    last = None
    for point, name in zip(points, names, strict=True):
        if point.query != last:
            if last is not None:
                yield ""
            yield point.query
            last = point.query
        bar = "█" * round(room * (point.share or 0) / top)
        yield f"  {_cut(name, wide):{wide}} {_told(point):>11} {_percent(point):>6}  {bar}".rstrip()
    if any(point.small for point in points):
        yield ""
        hidden = any(point.reports is None for point in points)
        yield (
            f"<{SMALL}: kept back, because small counts can identify people."
            if hidden
            else f"*: fewer than {SMALL}. Small counts can identify people when they are published: --suppress-small."
        )


def svg(points: Sequence[Point]) -> str:
    """The same bars as a picture; each carries its numbers as text, so nothing depends on seeing a length or colour."""
    line, left, bars, right = 22, 230, 420, 170
    top = max((point.share or 0 for point in points), default=0) or 1
    parts: list[str] = []
    y, last = 10, None
    for point in points:
        if point.query != last:
            y += 34 if last is not None else 18
            parts.append(f'<text x="10" y="{y}" font-weight="bold">{escape(_cut(point.query, 100))}</text>')
            last = point.query
            y += 8
        long = round(bars * (point.share or 0) / top, 1)
        parts.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(_cut(_name(point), 34))}</text>')
        parts.append(f'<rect x="{left}" y="{y + 3}" width="{long}" height="{line - 7}" fill="#1d70b8"/>')
        said = f"{_told(point)} {_percent(point)}".strip()
        parts.append(f'<text x="{left + long + 6}" y="{y + 15}">{escape(said)}</text>')
        y += line
    height, width = y + 20, left + bars + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#0b0c0c">'
        f"<title>Share of reports</title>"
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _name(point: Point) -> str:
    return "unknown" if point.value is None else str(point.value)


def _told(point: Point) -> str:
    if point.reports is None:
        return f"<{SMALL} of {point.of}"
    return f"{point.reports}{'*' if point.small else ''} of {point.of}"


def _percent(point: Point) -> str:
    return "" if point.share is None else f"{100 * point.share:.0f} %"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
