"""Find contents lists: headings with their page numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.model import AsideRole
from ingest.structure.page import Line, RawPage

_FIRST_PAGES = 12  # pages that must contain the contents list, or the first eighth of a longer file
_ENTRIES_NEEDED = 3  # entries that make a list
_LINES_BETWEEN = 4  # lines without an entry that end the list; a heading may span three
_SLACK = 60  # pages by which a list may exceed the last page of the file, which may be an extract
_TITLE = re.compile(r"^(?:table of |list of )?(?:contents?|figures|tables|boxes|cynnwys)(?: page)?:?$", re.IGNORECASE)
_DOTS = re.compile(r"(?:\s*[.…·_]){4,}\s*")
_ENTRY = re.compile(
    r"^(?P<head>.*?\S)(?P<gap>(?:\s*[.…·_]){3,}\s*|\s+)(?P<page>\d{1,3}|[ivxlc]{1,6}|\d+-\d+\s*[–-]\s*\d+-\d+)$"
)
_NUMBERED_FIRST = re.compile(  # "03 Introduction", "3. Introduction", "p. 3 Introduction"
    r"^(?:(?:page|p\.?|part|section|chapter) )?(?P<page>\d{1,3}(?:\.\d{1,2}){0,3})[.):]?\s+[^\W\d].*[^.;,]$",
    re.IGNORECASE,
)
_LONGEST = 90  # characters of such an entry
_SAME_LEFT = 36.0  # points by which the entries of a list are set in below each other
_PAGE = re.compile(r"\d{1,3}|[ivxlc]{1,6}")
_LEVEL = 0.3  # of the letter size: baselines that differ by less are one printed line
_ROMAN_LETTERS = frozenset("ivxlc")


def headings(lines: list[Line]) -> Iterator[str]:
    """Yield the headings in the lines of a contents list.

    A heading that spans two lines is also yielded as one string.
    """
    before = ""
    rows = _rows(lines)
    if not any(map(_entry, rows)):
        yield from (row.text for row in rows)
    for row in rows:
        found = _entry(row)
        if found is None:
            before = f"{before} {row.text}".strip()
            continue
        yield from (found.group("head"), f"{before} {found.group('head')}")
        before = ""


def mark(pages: list[RawPage]) -> None:
    """Set the role of contents lists: rising page numbers, under a title or with at least three dotted lines."""
    goes_on = False
    last = 0
    for page in pages[: max(_FIRST_PAGES, len(pages) // 8)]:
        rows = _rows(page.free)
        title = next((at for at, row in enumerate(rows) if _TITLE.match(row.text)), None)
        dotted = sum(1 for row in rows if _says_entry(row) and _DOTS.search(row.text))
        if title is None and dotted < _ENTRIES_NEEDED and not goes_on:
            continue
        if title is not None or not goes_on:
            last = 0
        found = _list_from(rows, 0 if title is None else title + 1, last, len(pages), title is not None or goes_on)
        goes_on = found.entries >= _ENTRIES_NEEDED and found.end == len(rows)
        last = found.last
        if found.entries < _ENTRIES_NEEDED and title is not None:
            later = {line.text.casefold() for other in pages[page.number :] for line in other.free}
            found = _without_pages(rows, title + 1, later, len(pages))
        if found.entries >= _ENTRIES_NEEDED:
            for row in rows[0 if title is None else title : found.end]:
                for line in row.lines:
                    line.role = AsideRole.CONTENTS


@dataclass(slots=True)
class _Row:
    """A row of a contents list: a heading and its page number, which may be lines apart.

    `wide` is the offset where a wide gap ends.
    """

    lines: list[Line]
    text: str
    wide: int | None


def _rows(lines: list[Line]) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        above = rows[-1].lines[-1] if rows else None
        level = above is not None and abs(line.y - above.y) < _LEVEL * line.size and line.x0 > above.x1
        if level and not line.sideways and _PAGE.fullmatch(line.text):
            rows[-1].wide = len(rows[-1].text) + 1
            rows[-1].text += f" {line.text}"
            rows[-1].lines.append(line)
        else:
            rows.append(_Row([line], line.text, line.gaps[-1] if line.gaps else None))
    return rows


@dataclass(slots=True)
class _List:
    """A contents list. `end` is the index after its last entry, and `last` is the page number of that entry."""

    end: int
    last: int
    entries: int = 0


def _list_from(rows: list[_Row], start: int, last: int, pages: int, expected: bool) -> _List:
    """Return the list that begins at a line.

    `last` is the page number of the previous entry. `expected` means that a title announces a contents list.
    """
    found = _List(start, last)
    for at, row in enumerate(rows[start:], start):
        entry = _entry(row)
        if entry is None or not (expected or _says_entry(row)):
            if at - found.end >= _LINES_BETWEEN:
                break
            continue
        page = entry.group("page")
        number = int(page) if page.isdigit() else 0
        if number and (number + 1 < found.last or number > pages + _SLACK):
            if _says_entry(row):
                break
            continue  # a heading that spans two lines, the first of which ends in a number
        found.last = max(found.last, number)
        found.end = at + 1
        found.entries += 1
    return found


def _without_pages(rows: list[_Row], start: int, later: set[str], pages: int) -> _List:
    """Return the list that begins at a row and has no page numbers behind its headings.

    They are in front of them, or the list has the numbers of the headings only, or none. `later` are the texts of the
    lines on later pages, of which headings without numbers are some.
    """
    found = _List(start, 0)
    left = rows[start].lines[0].x0 if start < len(rows) else 0.0
    above: tuple[int, ...] = (0,)
    for at, row in enumerate(rows[start:], start):
        line, entry = row.lines[0], _NUMBERED_FIRST.match(row.text)
        number = tuple(map(int, entry.group("page").split("."))) if entry and len(row.text) < _LONGEST else ()
        if abs(line.x0 - left) > _SAME_LEFT or line.sideways:
            break
        if above <= number and number[0] <= pages + _SLACK:
            above = number
        elif row.text.casefold() not in later:
            if entry or at != found.end or not found.entries or line.x0 < left + 1:  # not a heading of two lines
                break
            found.end = at + 1
            continue
        found.entries += 1
        found.end = at + 1
    return found


def _entry(row: _Row) -> re.Match[str] | None:
    # A line that ends differently is not an entry, and the pattern would try every gap to find that out.
    text = row.text
    return _ENTRY.match(text) if text[-1:].isdecimal() or text[-1:] in _ROMAN_LETTERS else None


def _says_entry(row: _Row) -> bool:
    """Return whether the row alone shows that it is from a contents list: dots or a wide gap lead to its page
    number.
    """
    found = _entry(row)
    return found is not None and (bool(_DOTS.search(row.text)) or row.wide == found.start("page"))
