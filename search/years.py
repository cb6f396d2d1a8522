"""Parse years as people type them, for commands, sheets, the query field `year:`, the page and Python.

A year is four digits, 1000 to 9999. A range has `..`, a hyphen or dash, or `to` between two years, and may be open at
one end.
"""

import re
from collections.abc import Sequence

from corpus.errors import UsageError

Span = tuple[int | None, int | None]
"""The first and the last year, both inclusive. None means that the range is open at that end; at most one of them is
None.
"""

MARKS = ".…-‐‑‒–—―−－"
"""The characters that a range can begin or end with: "2015-" and "..2020"."""

FORMS = "2015, 2015..2020 (or 2015-2020, 2015 to 2020), 2015.. or ..2020"
"""The accepted forms, for messages and documentation."""

# Compiled on first use, because few searches name a year.
_BETWEEN = rf"(?i:\s*(?:\.\.+|-{{2,3}}|[{re.escape(MARKS[1:])}]|\bto\b)\s*)"
_YEAR = r"([1-9][0-9]{3})(?:\.0)?"  # a program that writes sheets may store a year as 2015.0
_RANGE = rf"(?:{_YEAR})?{_BETWEEN}(?:{_YEAR})?"
_SHOWN = 40  # characters of the input that a message repeats


class BadYears(UsageError):
    """Raised for text that is not a year or a range of years. `turned` is the reversed range, if it runs backwards."""

    def __init__(self, message: str, turned: Span | None = None) -> None:
        super().__init__(message)
        self.turned = turned


def read(text: str) -> Span:
    """Return the years in `text`. Raises BadYears, also for a range that runs backwards."""
    typed = text.strip()
    if one := re.fullmatch(_YEAR, typed):
        return int(one[1]), int(one[1])
    found = re.fullmatch(_RANGE, typed)
    if not found or not (found[1] or found[2]):
        problem = f"`{_short(typed)}` is not a valid year or range of years" if typed else "No year was given"
        raise BadYears(f"{problem}. Write {FORMS}.")
    first, last = (int(year) if year else None for year in found.groups())
    return _forwards(first, last)


def one(text: str) -> int:
    """Return the single year in `text`. Raises BadYears."""
    found = re.fullmatch(_YEAR, text.strip())
    if not found:
        raise BadYears(f"`{_short(text.strip())}` is not a valid year. Write four digits, such as 2015.")
    return int(found[1])


def is_one(text: str) -> bool:
    """Return whether `text` is a single year."""
    return re.fullmatch(_YEAR, text) is not None


def checked(given: object) -> Span | None:
    """Return years passed by a program: None, a year, a text as a person types it, or a pair. Raises BadYears."""
    if given is None or isinstance(given, str):
        return None if given is None else read(given)
    if isinstance(given, int):
        return read(str(given))
    if isinstance(given, Sequence) and len(given) == 2:
        first, last = (None if year is None else one(str(year)) for year in given)
        return None if first is None and last is None else _forwards(first, last)
    raise BadYears(f"`{_short(str(given))}` is not a valid year or range of years. Give a pair such as (2015, None).")


def written(span: Span) -> str:
    """Format years in a form that `read` understands: 2015, 2015..2020, 2015.. or ..2020."""
    first, last = span
    return str(first) if first == last else f"{first or ''}..{last or ''}"


def stand_between(text: str) -> bool:
    """Return whether `text` is a separator between two years: `to`, `..`, `-`."""
    return re.fullmatch(_BETWEEN, text) is not None


def _forwards(first: int | None, last: int | None) -> Span:
    if first and last and first > last:
        raise BadYears(
            f"The years {first} to {last} run backwards. Put the earlier year first: {written((last, first))}.",
            turned=(last, first),
        )
    return first, last


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
