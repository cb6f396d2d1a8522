"""Where may a text be cut? Between sentences, and never inside a match."""

import re
from bisect import bisect_right
from collections.abc import Sequence

_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9•◼■▪–])|\s(?=[•◼■▪])")
_NO_END = re.compile(
    r"(?:^|[\s(])(?:Mrs?|Ms|Dr|Prof|St|No|Nos|Sgt|Insp|Cllr|Rev|e\.g|i\.e|cf|vs|p|pp|para|paras|[A-Z]|\d+)$"
)


def sentences(text: str) -> list[int]:
    """Where each sentence of the text begins, in characters; the first at 0. An abbreviation or a paragraph's number
    ends none.
    """
    starts = [0]
    for end in _END.finditer(text):
        before = text[max(0, end.start() - 12) : end.start()]
        if text[end.start()] != "." or not _NO_END.search(before):
            starts.append(end.end())
    return starts


def window(text: str, start: int, end: int, marks: Sequence[tuple[int, int]], longest: int) -> tuple[int, int]:
    """The part of text[start:end] with the most matches that is not longer than `longest`, made of whole sentences.

    marks: the matches, ascending. A single sentence that is longer is cut between words.
    """
    if end - start <= longest:
        return start, end
    inside = [(a, b) for a, b in marks if start <= a and b <= end]
    edges = [start, *(s for s in sentences(text) if start < s < end and not _within(s, inside)), end]
    if not inside:
        return start, _fitting(edges, 0, longest, text)
    chosen, best = (start, end), (-1, 0)
    for first, mark in {bisect_right(edges, a) - 1: (a, b) for a, b in reversed(inside)}.items():
        begin = edges[first]
        if mark[1] - begin > longest:  # one long sentence with the match far in it
            before = max(begin, mark[0] - longest // 3)
            begin = max(text.rfind(" ", begin, before) + 1, before - longest // 3)
            begin = max(begin, min(mark[0], mark[1] - longest))
            stop = min(end, max(mark[1], begin + longest))
            stop = end if stop == end else max(mark[1], text.rfind(" ", begin, stop))
        else:
            stop = max(mark[1], _fitting(edges, first, longest, text))
        held = sum(begin <= a and b <= stop for a, b in inside)
        if (held, -begin) > best:
            best, chosen = (held, -begin), (begin, stop)
    return chosen


def _within(place: int, marks: Sequence[tuple[int, int]]) -> bool:
    return any(a < place < b for a, b in marks)


def _fitting(edges: Sequence[int], first: int, longest: int, text: str) -> int:
    """The end of as many sentences from the first one on as fit; of one that does not, the end of a word."""
    begin = edges[first]
    last = bisect_right(edges, begin + longest) - 1
    if last > first:
        return edges[last]
    space = text.rfind(" ", begin, begin + longest)
    return space if space > begin else begin + longest
