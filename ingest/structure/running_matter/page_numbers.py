"""Recognise page numbers: numbers alone in the margin that count with the pages."""

import re
from collections import defaultdict

from corpus.model import AsideRole
from ingest.structure.page import Line, RawPage
from ingest.structure.running_matter.margins import margins

_PAGES_NEEDED = 3  # pages on which a number must count with the pages; fewer if the file is shorter
_OUTERMOST = 2  # lines from the edge among which the page's own label must be
_PAGE_NUMBER = re.compile(
    r"^(?:page|p\.?|tudalen)?\s*[-–—|]?\s*(?P<n>\d{1,4}|[ivxlc]{1,7})\s*[-–—|]?\s*"
    r"(?:(?:of|/|o)\s*\d{1,4})?\s*[-–—|]?\s*(?:page|p\s?a\s?g\s?e)?$",
    re.IGNORECASE,
)
_PAGE_OF = re.compile(r"^page \d+ of \d+$", re.IGNORECASE)
_ROMAN = re.compile("(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_TENS = {"": 0, "x": 1, "xx": 2, "xxx": 3, "xl": 4, "l": 5, "lx": 6, "lxx": 7, "lxxx": 8, "xc": 9}
_AS_TENS = str.maketrans("ivx", "xlc")


def mark(pages: list[RawPage]) -> None:
    """Set the role of page numbers."""
    _mark_counting(pages)
    _mark_labels(pages)


def number_in(text: str) -> int | None:
    """Return the number in a line that is only a page number ("12", "iv", "Page 2 of 39", "1 | P a g e"), or None."""
    found = _PAGE_NUMBER.match(text)
    if found is None:
        return None
    number = found.group("n").lower()
    return int(number) if number.isdigit() else roman(number)


def roman(text: str) -> int | None:
    """Return the value of a lower-case roman numeral up to 399, or None if it is not a valid one."""
    found = _ROMAN.fullmatch(text)
    if found is None or not text:
        return None
    hundreds, tens, units = found.groups()
    return 100 * len(hundreds) + 10 * _TENS[tens] + _TENS[units.translate(_AS_TENS)]


def _mark_counting(pages: list[RawPage]) -> None:
    """Mark a number alone in the margin if it counts with the pages, at least three times or on every page of a short
    file.
    """
    found: dict[tuple[bool, int], list[tuple[int, Line]]] = defaultdict(list)
    for page in pages:
        for line in (line for margin in margins(page) for line in margin):
            number = number_in(line.text)
            if number is not None:
                arabic = any(letter.isdigit() for letter in line.text)
                found[arabic, number - page.number].append((page.number, line))
    needed = min(_PAGES_NEEDED, max(2, len(pages) - 1))
    for lines in found.values():
        if len({number for number, _ in lines}) >= needed:
            for _, line in lines:
                line.role = AsideRole.PAGE_NUMBER


def _mark_labels(pages: list[RawPage]) -> None:
    """Mark lines such as "Page 2 of 39", and lines that equal the page label in the file ("iv")."""
    for page in pages:
        for line in (line for margin in margins(page) for line in margin[:_OUTERMOST]):
            is_label = line.text.strip("- ") == page.label != str(page.number)
            if is_label or _PAGE_OF.match(line.text):
                line.role = AsideRole.PAGE_NUMBER
