"""Which lines are not what the report says: running headers and footers, page numbers, contents lists, a deposit's
cover sheet.

Each is recognised by evidence, never by a single line: what repeats from page to page in the same place, what counts
with the pages, what lists headings with their pages. In doubt a line is text. An aside stays on its page; it is only
kept out of search and of counts.
"""

import re
from collections import defaultdict
from operator import attrgetter

from corpus.model import AsideRole
from ingest.structure import reading_order
from ingest.structure.page import Line, RawPage

_MARGIN = 0.17  # of the height of the page, at the top and at the bottom, in which headers and footers stand
_DEPTH = 8  # lines from the edge that are looked at
_SAME_PLACE = 8.0  # points
_NEAR = 6  # pages before and after in which a running line must come again
_RUNNING_LINES = 4  # at the top or at the bottom of a page
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^(?:page|p\.?|tudalen)?\s*[-–—|]?\s*(?P<n>\d{1,4}|[ivxlc]{1,7})\s*[-–—|]?\s*"
    r"(?:(?:of|/|o)\s*\d{1,4})?\s*[-–—|]?\s*(?:page|p\s?a\s?g\s?e)?$",
    re.IGNORECASE,
)
_ROMAN = re.compile("(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_TENS = {"": 0, "x": 1, "xx": 2, "xxx": 3, "xl": 4, "l": 5, "lx": 6, "lxx": 7, "lxxx": 8, "xc": 9}
_AS_TENS = str.maketrans("ivx", "xlc")
_SHEET_LABELS = (
    r"^Title:",
    r"^(?:LSCB|Board|Safeguarding partnership|LSCP):",
    r"^Author",
    r"^Date of publication:",
    r"^Year",
)
_ROMAN_LETTERS = frozenset("ivxlc")
_CONTENTS = re.compile(
    r"^(?:table of |list of )?(?:contents?|figures|tables|boxes|cynnwys)(?: page)?:?$", re.IGNORECASE
)
_LEADER = re.compile(r"(?:\s*[.…·_]){4,}\s*")
_ENTRY = re.compile(
    r"^(?P<head>.*?\S)(?P<gap>(?:\s*[.…·_]){3,}\s*|\s+)(?P<page>\d{1,3}|[ivxlc]{1,6}|\d+-\d+\s*[–-]\s*\d+-\d+)$"
)


def mark(pages: list[RawPage]) -> None:
    """Give every line that is an aside its role."""
    _mark_cover_sheet(pages)
    _mark_page_numbers(pages)
    _mark_running(pages)
    _mark_remains(pages)
    _mark_contents(pages)
    if not any(free(page) for page in pages):
        # A running line runs beside something. Where a file has nothing else, it is what the file says.
        for page in pages:
            for line in page.lines:
                if line.role in (AsideRole.HEADER, AsideRole.FOOTER):
                    line.role = None


def free(page: RawPage) -> list[Line]:
    """The lines of a page that no role has been found for."""
    return [line for line in page.lines if line.role is None]


def number_in(text: str) -> int | None:
    """The number in a line that is nothing but a page number ("12", "iv", "Page 2 of 39", "1 | P a g e"), else None."""
    found = _PAGE_NUMBER.match(text)
    if found is None:
        return None
    number = found.group("n").lower()
    return int(number) if number.isdigit() else roman(number)


def roman(text: str) -> int | None:
    """The value of a roman number in lower case up to 399, None when it is not written as one."""
    found = _ROMAN.fullmatch(text)
    if found is None or not text:
        return None
    hundreds, tens, units = found.groups()
    return 100 * len(hundreds) + 10 * _TENS[tens] + _TENS[units.translate(_AS_TENS)]


# ---------------------------------------------------------------- cover sheet


def _mark_cover_sheet(pages: list[RawPage]) -> None:
    """The sheet that an archive (the NSPCC's) puts before a deposited report: a form with a title, a board and a date,
    and its own words."""
    if len(pages) < 2:
        return
    text = "\n".join(line.text for line in pages[0].lines)
    labels = sum(bool(re.search(pattern, text, re.MULTILINE)) for pattern in _SHEET_LABELS)
    if (
        labels >= 3
        and len(text) < 4_000
        and re.search(r"repository|archive|national collection|deposited", text, re.IGNORECASE)
    ):
        for line in pages[0].lines:
            line.role = AsideRole.COVER_SHEET


# ---------------------------------------------------------------- page numbers and running lines


_height = attrgetter("y")


def _edges(page: RawPage) -> tuple[list[Line], list[Line]]:
    """The lines in the top and in the bottom margin, outermost first."""
    margin = page.height * _MARGIN
    lines = [line for line in page.lines if line.role is None and not line.sideways]
    top = sorted((line for line in lines if line.y < margin), key=_height)
    bottom = sorted((line for line in lines if line.y > page.height - margin), key=_height)
    return top[:_DEPTH], bottom[: -_DEPTH - 1 : -1]


def _mark_page_numbers(pages: list[RawPage]) -> None:
    """A lone number in the margin is a page number when it counts with the pages, at least three times, or on every
    page of a short file."""
    found: dict[tuple[bool, int], list[tuple[int, Line]]] = defaultdict(list)
    for page in pages:
        for edge in _edges(page):
            for line in edge:
                number = number_in(line.text)
                if number is not None:
                    arabic = any(letter.isdigit() for letter in line.text)
                    found[arabic, number - page.number].append((page.number, line))
    for lines in found.values():
        if len({number for number, _ in lines}) >= min(3, max(2, len(pages) - 1)):
            for _, line in lines:
                line.role = AsideRole.PAGE_NUMBER
    for page in pages:
        for edge in _edges(page):
            for line in edge[:2]:
                if re.match(r"^page \d+ of \d+$", line.text, re.IGNORECASE) or line.text.strip(
                    "- "
                ) == page.label != str(page.number):
                    line.role = AsideRole.PAGE_NUMBER


def _mark_running(pages: list[RawPage]) -> None:
    """What stands in the same place of the margin on neighbouring pages, digits apart, is a header or a footer."""
    places: dict[tuple[bool, str], list[tuple[int, float]]] = defaultdict(list)
    size = reading_order.body_size(pages)
    edges: list[tuple[RawPage, bool, list[tuple[Line, str, float]]]] = []  # with the key and the place of each line
    for page in pages:
        for is_top, edge in zip((True, False), _edges(page), strict=True):
            row = [(line, _key(line, page), line.y if is_top else page.height - line.y) for line in edge]
            edges.append((page, is_top, row))
            for _, key, place in row:
                places[is_top, key].append((page.number, place))
    for page, is_top, row in edges:
        found: list[Line] = []
        for line, key, place in row:
            running = _repeats(places[is_top, key], page.number, place, len(pages), line.size > 1.2 * size)
            if not running or number_in(line.text) is not None:
                break  # what lies further in than a line of the report is the report's
            found.append(line)
        del found[_RUNNING_LINES:]
        # A citation that comes again in the footnotes of page after page is no running line: those stand apart.
        while found and not _apart(found[-1], page):
            found.pop()
        for line in found:
            line.role = AsideRole.HEADER if is_top else AsideRole.FOOTER


def _apart(line: Line, page: RawPage) -> bool:
    """Whether more space than between two lines of text lies between this line and the text further in."""
    inner = [other.y for other in free(page) if other is not line and not other.sideways]
    if line.y < page.height / 2:
        return min((y - line.y for y in inner if y > line.y + 1), default=page.height) > 1.5 * line.size
    return min((line.y - y for y in inner if y < line.y - 1), default=page.height) > 1.5 * line.size


def _mark_remains(pages: list[RawPage]) -> None:
    """On a page where the running lines are broken otherwise, the line in their place that has their words is one
    too."""
    for role in (AsideRole.HEADER, AsideRole.FOOTER):
        known = [(page, line) for page in pages for line in page.lines if line.role is role]
        if len(known) < 3:
            continue
        keys = {_key(line, page) for page, line in known}
        words = {word for key in keys for word in key.split()}
        places = {
            (round(page.height - line.y if role is AsideRole.FOOTER else line.y), round(line.size))
            for page, line in known
        }
        for page in pages:
            for line in _edges(page)[role is AsideRole.FOOTER]:
                place = page.height - line.y if role is AsideRole.FOOTER else line.y
                key = _key(line, page)
                own = key.split()
                # The very same words may stand a line or two higher or lower, where a page is a little longer.
                near = 3 * _SAME_PLACE if key in keys else _SAME_PLACE
                at_home = any(abs(y - place) < near and abs(size - line.size) < 1 for y, size in places)
                if not at_home or len(own) < 3 or sum(word in words for word in own) < 0.8 * len(own):
                    break
                line.role = role


def _key(line: Line, page: RawPage) -> str:
    """What is the same in a running line from page to page: all but its numbers."""
    words = line.text.lower().split()
    label = page.label.lower()
    if label in words:
        words = ["#" if word == label else word for word in words]
    return _DIGITS.sub("#", " ".join(words))


def _repeats(seen: list[tuple[int, float]], page: int, place: float, pages: int, large: bool) -> bool:
    near = {number for number, other in seen if abs(other - place) < _SAME_PLACE and abs(number - page) <= _NEAR}
    if pages <= 3:
        return len(near) == pages > 1
    if large:  # a heading that stands at the top of some pages is the report's; a running line in large type is on most
        return len(near) > 0.6 * min(pages, 2 * _NEAR)
    # On neighbouring pages, or on every other page where left and right pages differ.
    return len(near) >= 3 and any(0 < abs(number - page) <= 4 for number in near)


# ---------------------------------------------------------------- contents


def entry(line: Line) -> tuple[str, str] | None:
    """Heading and page of a line of a contents list, None when it has not that form."""
    found = _entry(line.text)
    return (found.group("head"), found.group("page")) if found else None


def _entry(text: str) -> re.Match[str] | None:
    # What ends otherwise is none, and the pattern would try every gap to find that out.
    return _ENTRY.match(text) if text[-1:].isdecimal() or text[-1:] in _ROMAN_LETTERS else None


def _is_listed(line: Line) -> bool:
    """Whether the line alone says that it is from a contents list: dots lead to its page number, or a wide gap does."""
    found = _entry(line.text)
    return found is not None and (
        bool(_LEADER.search(line.text)) or (bool(line.gaps) and line.gaps[-1] == found.start("page"))
    )


def _mark_contents(pages: list[RawPage]) -> None:
    """A contents list: headings with rising page numbers, on a page headed so or with at least three dotted lines."""
    inside = False
    last = 0
    for page in pages[: max(12, len(pages) // 8)]:
        lines = free(page)
        title = next((at for at, line in enumerate(lines) if _CONTENTS.match(line.text)), None)
        dotted = sum(1 for line in lines if _is_listed(line) and _LEADER.search(line.text))
        if title is None and dotted < 3 and not inside:
            continue
        if title is not None or not inside:
            last = 0
        start = 0 if title is None else title + 1
        end = start
        entries = 0
        for at, line in enumerate(lines[start:], start):
            found = entry(line)
            if found is None or not (_is_listed(line) or title is not None or inside):
                if at - end >= 4:
                    break  # no entry for four lines: the list is over
                continue
            number = int(found[1]) if found[1].isdigit() else 0
            if number and (number + 1 < last or number > len(pages) + 60):
                if _is_listed(line):
                    break
                continue  # a heading over two lines, the first of which ends in a number
            last = max(last, number)
            end = at + 1
            entries += 1
        if entries < 3:
            inside = False
            continue
        for line in lines[start if title is None else title : end]:
            line.role = AsideRole.CONTENTS
        inside = end == len(lines)
