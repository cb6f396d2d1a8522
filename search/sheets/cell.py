"""Find the text that a spreadsheet cell shows, and whether it may differ from what was typed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from corpus.errors import UsageError

TYPE_AGAIN = "format the cell as Text and type it again"
RESULT_MISSING = (
    "the cell holds a formula, and the workbook was saved without its result: open it in Excel and save it again"
)

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "dd/mm/yyyy hh:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""The formats that a workbook only identifies by number (ECMA-376, part 1, 18.8.30)."""
BUILT_IN |= dict.fromkeys((*range(5, 9), *range(37, 45)), "£#,##0")
BUILT_IN |= dict.fromkeys((*range(27, 37), *range(50, 59)), "dd/mm/yyyy")  # dates in East Asian editions

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)  # text, padding, colours
_PLAIN = ("", "general", "@")
_FIXED = re.compile(r"(#,##)?0(?:\.(0+))?")
_SHOWN = 10  # digits that Excel shows for a number in a cell without a format
_BLANKS = str.maketrans({"\xa0": " ", "\u2007": " ", "\u202f": " "} | dict.fromkeys("\u200b\u2060\ufeff\xad", None))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    `text` is what it shows. `doubt` says why that may differ from what was typed, and what to do; "" if it does not.
    """

    text: str
    doubt: str = ""


def seen(text: str) -> str:
    """Return the text as displayed: every kind of space is a space, zero-width characters are dropped, a surrogate is
    "?".
    """
    return text.encode("utf-8", "replace").decode().translate(_BLANKS).strip()


def number(raw: str, code: str, *, from_1904: bool = False) -> Cell:
    """Return a number as its format displays it.

    Dates, times, percentages and the like get a `doubt`, because Excel may have created them from other text. `code` is
    the format in English notation, such as `dd/mm/yyyy`. Raises ValueError if `raw` is not a number.
    """
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError(raw)
    section = code.split(";")[0].strip()  # the section for positive numbers
    if section.lower() in _PLAIN and not code.startswith(";"):
        return _plain(value)
    form = _LITERAL.sub("", section).strip().lower()
    if form == "yyyy" and (day := _day(value, from_1904)):
        return Cell(f"{day:%Y}")
    if "%" in form:
        return _doubtful("a percentage", f"{value * 100:.10g}%")
    if "general" not in form and re.search("[dmyhs]", form):
        return _date(value, form, from_1904)
    if fixed := _FIXED.fullmatch(section):  # and nothing else is shown, such as a currency
        text = f"{value:{',' if fixed[1] else ''}.{len(fixed[2] or '')}f}"
        if float(text.replace(",", "")) == value:
            return Cell(text)
    return _doubtful("a number", f"{value:.10g}")


def _plain(value: float) -> Cell:
    text = str(int(value)) if value.is_integer() else f"{value:.{_SHOWN}g}"
    if float(text) != value or "e" in text or len(text.lstrip("-")) > _SHOWN + 1:
        return Cell(text, f"Excel turned what was typed into a number and does not show all of it: {TYPE_AGAIN}")
    return Cell(text)


def _doubtful(what: str, shown: str) -> Cell:
    return Cell(shown, f"Excel turned what was typed into {what} ({shown}): {TYPE_AGAIN}")


def _date(value: float, form: str, from_1904: bool) -> Cell:
    has_time = re.search(r"[hs]", form) is not None
    has_day = re.search(r"[dy]", form) is not None or not has_time
    day = _day(value, from_1904)
    if day is None:
        return _doubtful("a date", "#####")
    clock = f"{day:%H:%M:%S}".removesuffix(":00")
    if not has_day:
        return _doubtful("a time", clock)
    return _doubtful("a date", f"{day:%Y-%m-%d} {clock}" if has_time else f"{day:%Y-%m-%d}")


def _day(value: float, from_1904: bool) -> datetime | None:
    """Return the date of a day number.

    Excel counts from 1900, treating it as a leap year, or from 1904 in old Mac workbooks.
    """
    if not 0 <= value < 2_958_465 - 1462 * from_1904:  # the end of 9999
        return None
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31 if value < 60 else 30)  # noqa: DTZ001 - no zone
    return first + timedelta(seconds=round(value * 86_400))


def too_large() -> UsageError:
    """Return the error for a workbook that exceeds a limit."""
    return UsageError("The workbook is too large when unpacked. Keep only the rows and columns that you need.")
