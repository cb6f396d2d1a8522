"""Contents lists: headings with the pages on which they stand."""

import re
from dataclasses import dataclass

from corpus.model import AsideRole
from ingest.structure.page import Line, RawPage

_FIRST_PAGES = 12  # among which a contents list stands, or in the first eighth of a longer file
_ENTRIES_NEEDED = 3  # for a list
_LINES_BETWEEN = 4  # that are no entry end the list; a heading may run over three
_SLACK = 60  # pages that a list may count beyond the last page of the file: the file may be an extract
_TITLE = re.compile(r"^(?:table of |list of )?(?:contents?|figures|tables|boxes|cynnwys)(?: page)?:?$", re.IGNORECASE)
_DOTS = re.compile(r"(?:\s*[.…·_]){4,}\s*")
_ENTRY = re.compile(
    r"^(?P<head>.*?\S)(?P<gap>(?:\s*[.…·_]){3,}\s*|\s+)(?P<page>\d{1,3}|[ivxlc]{1,6}|\d+-\d+\s*[–-]\s*\d+-\d+)$"
)
_ROMAN_LETTERS = frozenset("ivxlc")


def entry(line: Line) -> tuple[str, str] | None:
    """Heading and page of a line of a contents list, None when it has not that form."""
    found = _entry(line.text)
    return (found.group("head"), found.group("page")) if found else None


def mark(pages: list[RawPage]) -> None:
    """Give contents lists their role: rising page numbers, under a title or with at least three dotted lines."""
    goes_on = False
    last = 0
    for page in pages[: max(_FIRST_PAGES, len(pages) // 8)]:
        lines = page.free
        title = next((at for at, line in enumerate(lines) if _TITLE.match(line.text)), None)
        dotted = sum(1 for line in lines if _says_entry(line) and _DOTS.search(line.text))
        if title is None and dotted < _ENTRIES_NEEDED and not goes_on:
            continue
        if title is not None or not goes_on:
            last = 0
        found = _list_from(lines, 0 if title is None else title + 1, last, len(pages), title is not None or goes_on)
        goes_on = found.entries >= _ENTRIES_NEEDED and found.end == len(lines)
        last = found.last
        if found.entries >= _ENTRIES_NEEDED:
            for line in lines[0 if title is None else title : found.end]:
                line.role = AsideRole.CONTENTS


@dataclass(slots=True)
class _List:
    """end: the place after its last entry. last: the page that this names."""

    end: int
    last: int
    entries: int = 0


def _list_from(lines: list[Line], start: int, last: int, pages: int, expected: bool) -> _List:
    """The list that begins at a line. last: the page that its entry before names. expected: a title says it is one."""
    found = _List(start, last)
    for at, line in enumerate(lines[start:], start):
        row = entry(line)
        if row is None or not (expected or _says_entry(line)):
            if at - found.end >= _LINES_BETWEEN:
                break
            continue
        number = int(row[1]) if row[1].isdigit() else 0
        if number and (number + 1 < found.last or number > pages + _SLACK):
            if _says_entry(line):
                break
            continue  # a heading over two lines, the first of which ends in a number
        found.last = max(found.last, number)
        found.end = at + 1
        found.entries += 1
    return found


def _entry(text: str) -> re.Match[str] | None:
    # What ends otherwise is none, and the pattern would try every gap to find that out.
    return _ENTRY.match(text) if text[-1:].isdecimal() or text[-1:] in _ROMAN_LETTERS else None


def _says_entry(line: Line) -> bool:
    """Whether the line alone says that it is from a contents list: dots lead to its page number, or a wide gap does."""
    found = _entry(line.text)
    return found is not None and (
        bool(_DOTS.search(line.text)) or (bool(line.gaps) and line.gaps[-1] == found.start("page"))
    )
