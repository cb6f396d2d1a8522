"""Periods of years that an analyst chooses for tables: `2015-2018,2019-2022`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from corpus.errors import UsageError
from search import years
from search.years import Span

Periods = Sequence[Span]
UNKNOWN = "unknown"
"""Replaces an unknown value, such as a year, a board or a kind."""
OUTSIDE = "outside"
"""Replaces the period of a year that is in none of them."""


def read(text: str) -> Periods:
    """Return the periods in `text`, which are separated by commas. Raises UsageError if two of them overlap."""
    return _apart([years.read(part) for part in text.split(",")])


def checked(given: object) -> Periods:
    """Return periods passed by a program: a text as a person types it, or pairs of years. Raises UsageError."""
    if isinstance(given, str):
        return read(given) if given else ()
    if not isinstance(given, Sequence):
        raise UsageError(f"`periods` cannot be {str(given)[:80]}. Give pairs of years, or 2015-2018,2019-2022.")
    return _apart([years.checked(each) or (None, None) for each in given])


def _apart(periods: list[Span]) -> Periods:
    ordered = sorted(periods, key=lambda period: period[0] or 0)
    for one, other in pairwise(ordered):
        if one[1] is None or other[0] is None or other[0] <= one[1]:
            raise UsageError(
                f"The periods {years.written(one)} and {years.written(other)} share a year. Let each year be in one "
                "period only, such as 2015-2018,2019-2022."
            )
    return periods


def period_of(year: int | None, periods: Periods) -> str:
    """Return the name of the period that a year is in, or the year itself if there are no periods."""
    if year is None:
        return UNKNOWN
    if not periods:
        return str(year)
    for first, last in periods:
        if (first is None or first <= year) and (last is None or year <= last):
            return years.written((first, last))
    return OUTSIDE
