"""Join large initials, which are as high as several lines, with the text beside them."""

import re
from itertools import pairwise

from ingest.structure.page import Line

_INITIAL = re.compile(r"[“‘\"']?[^\W\d_]")
_LARGE = 1.7  # times the letter size of the text beside it
_CAPITAL = 0.72  # of the letter size: the height of a capital
_LEVEL = 0.6  # of the letter size by which the tops or the baselines of both may differ
_NEAR = (-0.2, 0.4)  # of the size of the initial: how far from its end the text beside it starts
_BELOW = 1.6  # times the letter size: a line beside an initial is at most this far below its foot
_ROWS = 2  # lines beside an initial, at least
_MOST = 3  # lines beside an initial with which PDFium has joined the first line
_SAME_LEFT = 4.0  # points: left edges that differ by less count as the same
_WORD_SPACE = 0.15  # of the letter size: how much further in the first line starts if it begins with a space
_WIDE = 1.2  # times its size: no initial is wider
_STEP = 1.2  # times the letter size: how far a line is above the next, if nothing tells
_WORDS = "AIO"  # initials that are words themselves
_WORD = re.compile(r"[^\W\d_]+")


def join(lines: list[Line]) -> list[Line]:
    """Return the lines of a page with each large initial at the start of its word."""
    found = [
        line for line in lines if len(line.text) < 3 and line.text[-1:].isupper() and _INITIAL.fullmatch(line.text)
    ]
    for initial in found:
        beside = _beside(initial, lines)
        if beside:
            lines = [line for line in lines if line is not initial]
            first = beside[0]
            before = initial.text + " " * _is_word(initial.text[-1], beside, lines)
            first.text, first.gaps = before + first.text, tuple(gap + len(before) for gap in first.gaps)
            for line in beside:
                line.x0 = initial.x0
    for at, (first, second) in enumerate(pairwise(lines)):
        if first.size > _LARGE * second.size and abs(first.y - second.y) < 1 and _begins_large(first, second):
            first.size, first.y = second.size, second.y - _STEP * second.size
            left = second.x0
            for line in lines[at + 1 : at + 1 + _MOST]:
                if abs(line.x0 - left) > 1:
                    break
                line.x0 = first.x0
    return lines


def _beside(initial: Line, lines: list[Line]) -> list[Line]:
    """Return the lines beside an initial, or nothing if it does not stand at the start of a text."""
    nearest, furthest = (initial.x1 + share * initial.size for share in _NEAR)
    top = initial.y - _CAPITAL * initial.size
    near = [line for line in lines if _LARGE * line.size < initial.size and not line.sideways]
    beside = [line for line in near if nearest < line.x0 < furthest and top < line.y < initial.y + _BELOW * line.size]
    beside.sort(key=lambda line: line.y)
    if len(beside) < _ROWS:
        return []
    first, last = beside[0], beside[-1]
    level = _LEVEL * first.size
    stands = abs(first.y - _CAPITAL * first.size - top) < level and any(
        abs(line.y - initial.y) < level for line in beside[1:]
    )
    if not stands or not first.text[:1].isalpha():
        return []
    # What begins with a capital may be a text with a letter for a label.
    below = (line for line in near if 0 < line.y - last.y < _BELOW * line.size)
    goes_on = any(abs(line.x0 - initial.x0) < _SAME_LEFT for line in below)
    return beside if first.text[0].islower() or goes_on else []


def _is_word(letter: str, beside: list[Line], lines: list[Line]) -> bool:
    """Return whether an initial is a word: "A child", but "After". The text shows by a space, or by its next word."""
    if letter not in _WORDS:
        return False
    first, second = beside[:_ROWS]
    word = _WORD.match(first.text)
    others = (found for line in lines if line is not first for found in _WORD.findall(line.text))
    return first.x0 - second.x0 > _WORD_SPACE * first.size or (word is not None and word.group() in others)


def _begins_large(first: Line, second: Line) -> bool:
    """Return whether a line begins with an initial that is as high as this line and the second."""
    across = second.x0 - first.x0
    return (
        0 < across < _WIDE * first.size
        and second.x0 < first.x1 - second.size
        and first.text[:1].isupper()
        and not first.sideways
    )
