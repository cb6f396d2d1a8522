"""Prepare text for a workbook cell."""

from __future__ import annotations

import re
from math import ceil

from search.tables.column_types import MAX_CELL

NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML 1.0 does not allow, or that it reads as another one."""

_CUT = " … (cut: the cell holds no more; the rest is in the CSV)"
_UNWRITABLE = re.compile("[\ufffe\uffff\ud800-\udfff]")  # not allowed in XML
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LETTERS = 1.1  # letters of running text per unit of column width
_LINE, _MOST_LINES = 15, 12  # height in points; the cell contains the whole text anyway


def readable(value: object) -> str:
    """Return a value as the text of a cell."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    if not text.isprintable():
        text = _UNWRITABLE.sub("\ufffd", text)
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT


def is_formula(text: str) -> bool:
    """Return whether text would become a formula when somebody edits its cell."""
    return _FORMULA.match(text) is not None


def lines_in(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of a given width.

    Not every program computes the height of a row.
    """
    return ceil(len(text) / (_LETTERS * width)) if width else 1


def height(lines: int) -> int:
    """Return the height in points of a row with this many lines."""
    return _LINE * min(lines, _MOST_LINES)


def shortened(text: str, length: int) -> str:
    """Return the text, cut to at most `length` characters, with an ellipsis if it was cut."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
