"""Cut snippets from long texts at the end of a sentence or word, never inside a match.

Each passage of an answer is the best snippet of its paragraph (`best_snippet`). In lists in the terminal or on a page,
a long passage is shortened further for display (`opening_snippet`).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from search.results import Passage

MAX_PASSAGE = 600
"""The maximum length in characters of a passage shown as one of the best. A list of every mention shows whole
paragraphs.
"""

MAX_DISPLAY = 420
"""The maximum length in characters of a passage in a list of answers."""

_BULLETS = "•◼■▪"
_STOP = rf"[.!?…][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9{_BULLETS}–])"
_STOP_ONLY = re.compile(_STOP)  # much faster: it begins at a stop
_END = re.compile(rf"{_STOP}|\s(?=[{_BULLETS}])")
_NO_END = re.compile(
    r"(?:^|[\s(])(?:Mrs?|Ms|Dr|Prof|St|No|Nos|Sgt|Insp|Cllr|Rev|e\.g|i\.e|cf|vs|p|pp|para|paras|[A-Z]|\d+)$"
)


def sentences(text: str) -> list[int]:
    """Return the offsets, in characters, at which the sentences of a text begin. The first is 0.

    A full stop after an abbreviation or a paragraph number does not end a sentence.
    """
    starts = [0]
    plain = text.isascii() or not any(bullet in text for bullet in _BULLETS)
    for end in (_STOP_ONLY if plain else _END).finditer(text):
        before = text[max(0, end.start() - 12) : end.start()]
        if text[end.start()] != "." or not _NO_END.search(before):
            starts.append(end.end())
    return starts


def best_snippet(
    text: str, start: int, end: int, highlights: Sequence[tuple[int, int]], max_length: int
) -> tuple[int, int]:
    """Return the (start, end) of whole sentences in text[start:end] that have the most matches within `max_length`.

    `highlights` has the (start, end) of the matches, ascending. A sentence that is too long is cut between words.
    """
    if end - start <= max_length:
        return start, end
    inside = [(a, b) for a, b in highlights if start <= a and b <= end]
    edges = [start, *(s for s in sentences(text) if start < s < end and not _within(s, inside)), end]
    if not inside:
        return start, _last_that_fits(edges, 0, max_length, text)
    chosen, best = (start, end), (-1, 0)
    for first, match in {bisect_right(edges, a) - 1: (a, b) for a, b in reversed(inside)}.items():
        begin = edges[first]
        if match[1] - begin > max_length:
            begin, stop = _cut_sentence(text, begin, end, match, max_length)
        else:
            stop = max(match[1], _last_that_fits(edges, first, max_length, text))
        count = sum(begin <= a and b <= stop for a, b in inside)
        if (count, -begin) > best:
            best, chosen = (count, -begin), (begin, stop)
    return chosen


def opening_snippet(passage: Passage) -> tuple[int, int]:
    """Return the (start, end) of the part of a passage to display, cut between words.

    It begins with the sentence of the first match or, for plain words, where they are closest.
    """
    text = passage.text
    if len(text) <= MAX_DISPLAY:
        return 0, len(text)
    first, last = _anchor(passage)
    start = max((text.rfind(stop, 0, first) + 2 for stop in (". ", "? ", "! ") if stop in text[:first]), default=0)
    if first - start > MAX_DISPLAY // 2:
        start = text.rfind(" ", 0, first - MAX_DISPLAY // 2) + 1
    if last - start > MAX_DISPLAY:  # the words are far apart: show more of them instead of the sentence before
        start = first
    end = start + MAX_DISPLAY
    if end >= len(text):
        return start, len(text)
    return start, max(text.rfind(" ", start, end), last)


def _anchor(passage: Passage) -> tuple[int, int]:
    """Return the characters that must be visible: the first match or, for plain words, the place where they are
    closest.
    """
    if passage.mentions and passage.mentions != passage.highlights:
        first, last = min(passage.mentions, key=lambda each: each[1] - each[0])
        if last - first <= MAX_DISPLAY:
            return first, last
    return passage.highlights[0] if passage.highlights else (0, 0)


def _cut_sentence(text: str, begin: int, end: int, match: tuple[int, int], max_length: int) -> tuple[int, int]:
    """Return the part of a long sentence around a match that is far into it.

    A third of the length is before the match.
    """
    before = max(begin, match[0] - max_length // 3)
    begin = max(text.rfind(" ", begin, before) + 1, before - max_length // 3)
    least = min(match[0], match[1] - max_length)
    if begin < least:  # at the start of a word
        begin = text.find(" ", least - 1, match[0]) + 1 or match[0]
    stop = min(end, max(match[1], begin + max_length))
    return begin, end if stop == end else max(match[1], text.rfind(" ", begin, stop))


def _within(offset: int, highlights: Sequence[tuple[int, int]]) -> bool:
    return any(a < offset < b for a, b in highlights)


def _last_that_fits(edges: Sequence[int], first: int, max_length: int, text: str) -> int:
    """Return the end of the last sentence from edges[first] on that still fits or, if none fits, the end of the last
    word.
    """
    begin = edges[first]
    last = bisect_right(edges, begin + max_length) - 1
    if last > first:
        return edges[last]
    space = text.rfind(" ", begin, begin + max_length)
    return space if space > begin else begin + max_length
