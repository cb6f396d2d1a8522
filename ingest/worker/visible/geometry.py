"""Decide by geometry which text of a page cannot be seen. A search must never show a name under a black box.

Boxes and letters are rectangles (left, bottom, right, top) in the file's coordinates.
"""

import re
from collections.abc import Collection, Sequence

Box = tuple[float, float, float, float]

_WORD = re.compile(r"\S+")
_TALL = 60.0  # points: letters that high, or a line that climbs
EDGE = 0.3  # of the height of letters, above and below: what hides a letter covers its middle too
_OCR_SHARE = 0.4  # of the page: a picture that large is a scan, and invisible text on it is what OCR read there


def touches(one: Box, other: Box) -> bool:
    """Return whether two rectangles have a point in common."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def same(one: Box, other: Box) -> bool:
    """Return whether two rectangles look the same to the eye."""
    return (
        abs(one[0] - other[0]) < 1
        and abs(one[1] - other[1]) < 1
        and abs(one[2] - other[2]) < 1
        and abs(one[3] - other[3]) < 1
    )


def covers(box: Box, letter: Box) -> bool:
    """Return whether the middle of a letter is inside the box."""
    x, y = (letter[0] + letter[2]) / 2, (letter[1] + letter[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def hides(box: Box, letter: Box) -> bool:
    """Return whether a filled box hides a letter: it is over the middle of the letter and over half of it."""
    across = min(box[2], letter[2]) - max(box[0], letter[0])
    up = min(box[3], letter[3]) - max(box[1], letter[1])
    return covers(box, letter) and 2 * across >= letter[2] - letter[0] and 2 * up >= letter[3] - letter[1]


def around(letters: Sequence[Box]) -> Box:
    """Return the smallest rectangle that contains all the letters."""
    lefts, bottoms, rights, tops = zip(*letters, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def moved(box: Box, by: tuple[float, float]) -> Box:
    """Return the rectangle moved to the right and up by `by`."""
    return box[0] + by[0], box[1] + by[1], box[2] + by[0], box[3] + by[1]


def core(box: Box) -> Box:
    """Return the middle of the letters of a line."""
    left, bottom, right, top = box
    wide, high = right - left, top - bottom
    if high <= min(wide, _TALL):
        return left, bottom + EDGE * high, right, top - EDGE * high
    if wide <= _TALL and high > wide:
        return left + EDGE * wide, bottom, right - EDGE * wide, top
    return box


def is_scan(pictures: Sequence[Box], page: Box) -> bool:
    """Return whether pictures fill enough of the page to be a scan of it. A scan may consist of several strips."""
    return share(pictures, page) > _OCR_SHARE


def share(pictures: Sequence[Box], page: Box) -> float:
    """Return the share of the page that pictures fill, from 0 to 1, or more if they overlap."""
    area = (page[2] - page[0]) * (page[3] - page[1])
    shown = 0.0
    for left, bottom, right, top in pictures:
        width, height = min(right, page[2]) - max(left, page[0]), min(top, page[3]) - max(bottom, page[1])
        shown += max(0.0, width) * max(0.0, height)
    return shown / area if area > 0 else 0.0


def runs(hidden: Collection[int]) -> list[list[int]]:
    """Return runs of consecutive offsets. A single letter between two runs (a space) does not split them."""
    found: list[list[int]] = []
    for offset in sorted(hidden):
        if found and offset - found[-1][-1] <= 2:
            found[-1].append(offset)
        else:
            found.append([offset])
    return found


def words(text: str, offsets: Collection[int]) -> list[list[int]]:
    """Return the offsets, grouped by the word of the text that they are in."""
    wanted = set(offsets)
    found = []
    for word in _WORD.finditer(text):
        inside = [offset for offset in range(word.start(), word.end()) if offset in wanted]
        if inside:
            found.append(inside)
    return found


def without(text: str, hidden: Collection[int]) -> str:
    """Return the text without its hidden letters. A word is removed completely if at least half of it is hidden, unless
    the other half repeats it, as an outline does.
    """
    gone = set(hidden)

    def seen(word: re.Match[str]) -> str:
        letters = range(word.start(), word.end())
        left = "".join(text[offset] for offset in letters if offset not in gone)
        taken = len(letters) - len(left)
        if 2 * taken >= len(letters) and left != "".join(text[offset] for offset in letters if offset in gone):
            return ""
        return left

    return " ".join(_WORD.sub(seen, text).split())
