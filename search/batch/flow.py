"""The flow diagram of a systematic review (PRISMA 2020): from the files identified to the reports included."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.report import Report

COLUMNS = ("step", "stage", "counted", "n")


@dataclass(frozen=True, slots=True)
class Flow:
    """The numbers of the diagram. Each step is the previous one minus the exclusions.

    `duplicates`: additional files with the same bytes as a report. `removed`: permanently removed reports, and copies
    of them. `unreadable`: files that could not be read as reports. `waiting`: files that no update has read yet.
    `no_text`: reports without a readable page. `unknown_year` and `filtered`: reports that the filters excluded.
    `no_match`: reports searched without a match.
    """

    duplicates: int
    removed: int
    unreadable: int
    waiting: int
    no_text: int
    unknown_year: int
    filtered: int
    no_match: int
    included: int
    cases: int

    @property
    def searched(self) -> int:
        """The number of reports that were searched."""
        return self.no_match + self.included

    @property
    def screened(self) -> int:
        """The number of reports in the library."""
        return self.searched + self.no_text + self.unknown_year + self.filtered

    @property
    def identified(self) -> int:
        """The number of files that were found."""
        return self.screened + self.duplicates + self.removed + self.unreadable + self.waiting

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each box of the diagram."""
        for step, stage, counted, n in (
            ("identification", "files identified", "files", self.identified),
            ("identification", "removed: duplicates (the same bytes)", "files", self.duplicates),
            ("identification", "removed: taken down", "reports", self.removed),
            ("identification", "removed: could not be read", "files", self.unreadable),
            ("identification", "removed: not read yet", "files", self.waiting),
            ("screening", "reports screened", "reports", self.screened),
            ("screening", "excluded: no page could be read", "reports", self.no_text),
            ("screening", "excluded: unknown year", "reports", self.unknown_year),
            ("screening", "excluded: do not meet the filters", "reports", self.filtered),
            ("screening", "reports searched in full text", "reports", self.searched),
            ("screening", "excluded: no query matches", "reports", self.no_match),
            ("included", "reports included", "reports", self.included),
            ("included", "cases included", "cases", self.cases),
        ):
            yield {"step": step, "stage": stage, "counted": counted, "n": n}


def flow(
    known: Sequence[Report],
    within: Collection[str],
    matching: Collection[str],
    *,
    years: bool,
    failures: int,
    waiting: int,
    removed: int,
) -> Flow:
    """Return the flow of a search.

    `known` are all reports in the library. `within` are the ids of those that pass the filters, and `matching` of those
    that match a query. `years` says whether the filters include years. `failures` and `waiting` count files, `removed`
    counts reports.
    """
    readable = [report for report in known if report.searchable]
    left_out = [report for report in readable if report.id not in within]
    unknown = sum(report.year is None for report in left_out) if years else 0
    found = [report for report in readable if report.id in within and report.id in matching]
    return Flow(
        duplicates=sum(max(0, len(report.files) - 1) for report in known),
        removed=removed,
        unreadable=failures,
        waiting=waiting,
        no_text=len(known) - len(readable),
        unknown_year=unknown,
        filtered=len(left_out) - unknown,
        no_match=len(readable) - len(left_out) - len(found),
        included=len(found),
        cases=len({report.case or report.id for report in found}),
    )


_BOX = 'fill="#fff" stroke="#333"'
_WIDE, _HIGH, _GAP = 300, 58, 26


def svg(found: Flow) -> str:
    """Return the diagram as SVG, with its numbers as text."""
    left = [
        ("Identification", f"Files identified: {found.identified:,}", ""),
        ("Screening", f"Reports screened: {found.screened:,}", ""),
        ("", f"Reports searched in full text: {found.searched:,}", ""),
        ("Included", f"Reports included: {found.included:,}", f"Cases: {found.cases:,}"),
    ]
    right = [
        [
            f"Duplicates: {found.duplicates:,}; taken down: {found.removed:,}",
            f"Could not be read: {found.unreadable:,}; not read yet: {found.waiting:,}",
        ],
        [
            f"No page could be read: {found.no_text:,}",
            f"Unknown year: {found.unknown_year:,}; other filters: {found.filtered:,}",
        ],
        [f"No query matches: {found.no_match:,}"],
    ]
    parts = []
    for number, (step, first, second) in enumerate(left):
        top = 10 + number * (_HIGH + _GAP)
        parts += [f'<text x="8" y="{top + 34}" font-weight="bold">{step}</text>'] if step else []
        parts += _boxed(120, top, [first, second] if second else [first])
        if number < len(right):
            parts += _boxed(120 + _WIDE + 40, top, right[number])
            middle, side = 120 + _WIDE // 2, 120 + _WIDE
            parts.append(f'<path d="M{middle} {top + _HIGH}v{_GAP}M{side} {top + _HIGH // 2}h40" stroke="#333"/>')
    height = 10 + len(left) * (_HIGH + _GAP)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {180 + 2 * _WIDE} {height}" role="img" '
    return f'{head}font-family="sans-serif" font-size="13"><title>PRISMA 2020 flow</title>{"".join(parts)}</svg>'


def _boxed(x: int, y: int, lines: Sequence[str]) -> list[str]:
    said = [f'<text x="{x + 10}" y="{y + 24 + 20 * number}">{line}</text>' for number, line in enumerate(lines)]
    return [f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" {_BOX}/>', *said]
