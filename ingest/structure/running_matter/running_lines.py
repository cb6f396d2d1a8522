"""Recognise running headers and footers: lines that repeat at the same place in the margin from page to page."""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from corpus.model import AsideRole
from ingest.structure.draft import ends_sentence
from ingest.structure.page import Line, RawPage
from ingest.structure.reading_order import body_size
from ingest.structure.running_matter.margins import margins
from ingest.structure.running_matter.page_numbers import number_in

_SAME_PLACE = 8.0  # points by which a running line may move from page to page
_MOVED = 3  # times that, if the words are identical and a page is slightly longer
_NEAR = 6  # pages before and after among which a running line must occur again
_NEIGHBOURS = 4  # pages before or after of which at least one must have it: every other page, with one left out
_PAGES_NEEDED = 3  # pages that must have it
_SHORT_FILE = 3  # pages: in such a short file, every page must have it
_RUNNING_LINES = 4  # lines at the top or bottom of a page
_LARGE = 1.2  # times the size of the body: set like a heading
_MOST = 0.6  # share of the nearby pages that must have a line in large type
_SPACE = 1.5  # times the letter size: more than the step between two lines of text
_SAME_WORDS = 0.8  # share of the words of a broken running line that are words of the others
_WORDS_NEEDED = 3  # in a broken running line
_HUGE = 2.5  # times the size of the body: no heading inside a report is so large on consecutive pages
_MARKING_LENGTH = 80  # characters of a watermark or a marking
_DIGITS = re.compile(r"\d+")
_ITEM = re.compile(r"^(?:recommendation|finding)\s+\d", re.IGNORECASE)


def mark(pages: list[RawPage]) -> None:
    """Set the role of headers and footers."""
    _mark_across(pages)
    _mark_repeated(pages)
    for role in (AsideRole.HEADER, AsideRole.FOOTER):
        _mark_broken(pages, role)


def _mark_across(pages: list[RawPage]) -> None:
    """Mark text that repeats across the page or up its side: watermarks and protective markings."""
    size = body_size(pages)
    seen: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    found: list[tuple[RawPage, Line]] = []
    for page in pages:
        for line in page.free:
            across = line.sideways or line.slanted or line.size > _HUGE * size
            if across and len(line.text) <= _MARKING_LENGTH:
                found.append((page, line))
                seen[_key(line, page)].append((page.number, line.x0, line.y))
    for page, line in found:
        near = {
            number
            for number, x, y in seen[_key(line, page)]
            if abs(x - line.x0) < _SAME_PLACE and abs(y - line.y) < _SAME_PLACE and abs(number - page.number) <= _NEAR
        }
        if len(near) >= min(_PAGES_NEEDED, max(2, len(pages))) or (line.slanted and line.size > _HUGE * size):
            line.role = AsideRole.HEADER


def unmark(pages: list[RawPage]) -> None:
    """Remove the marks in a file that contains only such lines, because then they are its text."""
    for page in pages:
        for line in page.lines:
            if line.role in (AsideRole.HEADER, AsideRole.FOOTER):
                line.role = None


@dataclass(slots=True)
class _Margin:
    """One margin of a page: its lines, each with its key and its distance in points from the edge of the page."""

    page: RawPage
    role: AsideRole
    row: list[tuple[Line, str, float]]


def _mark_repeated(pages: list[RawPage]) -> None:
    """Mark headers and footers: lines that differ only in digits, at the same place on neighbouring pages."""
    seen: dict[tuple[AsideRole, str], list[tuple[int, float]]] = defaultdict(list)
    size = body_size(pages)
    found = [
        _Margin(page, role, [(line, _key(line, page), _place(line, page, role)) for line in margin])
        for page in pages
        for role, margin in zip((AsideRole.HEADER, AsideRole.FOOTER), margins(page), strict=True)
    ]
    for margin in found:
        for _, key, place in margin.row:
            seen[margin.role, key].append((margin.page.number, place))
    for margin in found:
        running: list[Line] = []
        for line, key, place in margin.row:
            large = line.size > _LARGE * size
            repeats = _repeats(seen[margin.role, key], margin.page.number, place, len(pages), large)
            if not repeats or number_in(line.text) is not None:
                break  # text further in than a line of the report belongs to the report
            running.append(line)
        if len(running) > _RUNNING_LINES:
            running = _above_text(running)
        # A citation that is repeated in the footnotes of many pages is not a footer, because footers are set apart.
        while margin.role is AsideRole.FOOTER and running and not _stands_apart(running[-1], margin.page):
            running.pop()
        for line in running:
            line.role = margin.role


def _above_text(repeated: list[Line]) -> list[Line]:
    """Return the lines of a header or footer, where so many are repeated that the text of the page is, too.

    There is space between it and the text, and it is no sentence. Otherwise nothing shows where it ends.
    """
    for at, (line, inner) in enumerate(pairwise(repeated[: _RUNNING_LINES + 1]), 1):
        if abs(inner.y - line.y) > _SPACE * max(line.size, inner.size):
            return [] if ends_sentence(line.text) else repeated[:at]
    return []


def _place(line: Line, page: RawPage, role: AsideRole) -> float:
    """Return the distance in points of a line from its edge of the page."""
    return line.y if role is AsideRole.HEADER else page.height - line.y


def _key(line: Line, page: RawPage) -> str:
    """Return what a running line has in common from page to page: everything but its numbers."""
    if _ITEM.match(line.text):  # at the top of a page it is a heading, unless the same number occurs again
        return line.text.lower()
    words = line.text.lower().split()
    label = page.label.lower()
    if label in words:
        words = ["#" if word == label else word for word in words]
    return _DIGITS.sub("#", " ".join(words))


def _repeats(seen: list[tuple[int, float]], page: int, place: float, pages: int, large: bool) -> bool:
    """Return whether a line repeats often enough on pages near this one. `seen` are the pages and places of its key."""
    near = {number for number, other in seen if abs(other - place) < _SAME_PLACE and abs(number - page) <= _NEAR}
    if pages <= _SHORT_FILE:
        return len(near) == pages > 1
    if large:  # a heading at the top of some pages belongs to the report; a running line in large type is on most pages
        return len(near) > _MOST * min(pages, 2 * _NEAR)
    # On neighbouring pages, or on every other page where left and right pages differ.
    return len(near) >= _PAGES_NEEDED and any(0 < abs(number - page) <= _NEIGHBOURS for number in near)


def _stands_apart(line: Line, page: RawPage) -> bool:
    """Return whether there is more space between this line and the nearest text than between two lines of text."""
    inner = [other.y for other in page.free if other is not line and not other.sideways]
    return min((line.y - y for y in inner if y < line.y - 1), default=page.height) > _SPACE * line.size


def _mark_broken(pages: list[RawPage], role: AsideRole) -> None:
    """Mark a running line that breaks differently on one page, if it has the same words in the same place."""
    known = [(page, line) for page in pages for line in page.lines if line.role is role]
    if len(known) < _PAGES_NEEDED:
        return
    keys = {_key(line, page) for page, line in known}
    words = {word for key in keys for word in key.split()}
    places = {(round(_place(line, page, role)), round(line.size)) for page, line in known}
    for page in pages:
        for line in margins(page)[role is AsideRole.FOOTER]:
            place = _place(line, page, role)
            key = _key(line, page)
            own = key.split()
            reach = _MOVED * _SAME_PLACE if key in keys else _SAME_PLACE
            at_home = any(abs(other - place) < reach and abs(size - line.size) < 1 for other, size in places)
            like_them = len(own) >= _WORDS_NEEDED and sum(word in words for word in own) >= _SAME_WORDS * len(own)
            if not at_home or not like_them:
                break
            line.role = role
