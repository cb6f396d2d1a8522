"""Find what only the individual letters of a line show.

This covers raised marks, drawn hyphens, accents printed over letters, and letter-spaced words. Letters are examined one
by one only in lines that may have one of these.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.structure import legible, normalise
from ingest.worker.pdfium import binding, textpage

_SMALL = 0.8  # of the letter size: a mark is smaller
_RISE = 0.12  # of the letter size by which a mark is above the line, at least
_RAISED_SIZE = 0.9  # of the letter size: what is above the line is smaller, as browsers set it, which make it 0.83
_FLAT = 0.13  # of the letter size: no mark is so low, but hyphens are
_TOUCHING = 0.15  # share of the letter size: no space between two words is narrower
_WORD_GAP = 1.5  # times the usual gap of a spaced word: where the next word begins
_ROOM = 0.07  # of the letter size: letters of a word are nearer unless the word is letter-spaced
_CLOSE, _OPEN = 0.12, 0.4  # of the letter size: ink that is nearer is in one word, and ink further apart in two
_MISPLACED = 2  # spaces within words, or words without them, that show that those of a line are wrong
_STOPS = frozenset(".,;:?!)")
_NO_WIDTH = 0.1  # points
_AFTER_BULLET = 0.5  # of the letter size: wider than a space between words, as after the "o" that Word sets

_COMBINING = {
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "¯": "\u0304", "˘": "\u0306",
    "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327", "˛": "\u0328",
}  # fmt: skip
_ACCENT = re.compile(f"[{re.escape(''.join(_COMBINING))}]")
# A number attached to a word. The text before it is examined after finding the first digit, which is fast.
_MARK = re.compile(r"\d(?<=[^\W\d]\d|[.,;:!?)\]\"'’”]\d)\d{0,2}(?![\w%])")
_NOTE = re.compile(r"^\d{1,3}\s?(?=[^\W\d])")
_DIGIT = re.compile("[0-9]")
# Text with neither of these has no spaced letters. Two patterns that begin with a letter are searched for much faster
# than one with alternatives.
_APART = re.compile(r" \w \w ")
_LONE = re.compile(r" [b-z](?!\S)")  # a letter that is no word of English; its distance from the others tells more
_CAPITAL_APART = re.compile(r"[A-Z](?<!\S[A-Z]) [A-Z]{2}")
# The first word of a numbered paragraph, with a space after its first or second letter.
_SPLIT = re.compile(
    r"[\d.]+[):]? (?!(?:A|I[nftsr]?|We|He|A[nst]|To|By|Of|So|No|Do|My|Or|Up|On|Be|Me|Us) (?!nt))[A-Z][a-z]? [a-z]"
)
_GLUED = re.compile(r"[^\W\d_]{25,}")
_SIGNS = re.compile(f"[\u00ad{re.escape(''.join(_COMBINING))}]")  # PDFium must be asked where they are
_RAISED_MARK = re.compile(r"\d{1,3}|[ivxlc]{1,6}|[a-z]")
_ORDINAL = re.compile(r"st|nd|rd|th")
_SPACED = re.compile(r"(?<!\S)\w(?: \w){3,}(?!\S)")
_SPLIT_CAPITAL = re.compile(r"(?<!\S)[A-Z] (?=[A-Z]{2,})")  # "C ONCLUSIONS": a large capital before small ones


class Line:
    """The letters of a line.

    `offset` is the offset of the first letter in the page's text. `straight` means that the page's text has every
    letter of the page, so that offsets in it are letter positions on the page.
    """

    __slots__ = ("offset", "straight", "text", "text_page")

    def __init__(self, text_page: textpage.TextPage, text: str, offset: int, straight: bool) -> None:
        self.text_page = text_page
        self.text = text
        self.offset = offset
        self.straight = straight

    def place(self, at: int) -> int:
        """Return the position on the page of a letter of the line."""
        return self.offset + at if self.straight else max(0, textpage.place_of(self.text_page, self.offset + at))

    def at(self, place: int) -> int:
        """Return the offset in the line of a letter on the page.

        It is outside the line if the letter is not part of it.
        """
        return (place if self.straight else textpage.offset_of(self.text_page, place)) - self.offset

    def size(self, at: int) -> float:
        """Return the printed size of a letter in points."""
        return size(self.text_page, self.place(at))

    def in_one_piece(self, at: int, other: int) -> bool:
        """Return whether the file draws two letters together, and so in one size."""
        thing = textpage.text_object(self.text_page, self.place(at))
        return thing is not None and thing == textpage.text_object(self.text_page, self.place(other))

    def ink(self, at: int) -> binding.Box:
        """Return the box around the ink of a letter."""
        return textpage.letter_box(self.text_page, self.place(at))


def may_be_apart(text: str) -> bool:
    """Return whether a line, or the text of a page, may have spaces within words, or words without spaces."""
    return bool(
        _APART.search(text) or _CAPITAL_APART.search(text) or _LONE.search(text) or legible.has_glued_words(text)
    )


def is_split(text: str) -> bool:
    """Return whether a line begins with a number and a word that has a space after its first or second letter."""
    return _SPLIT.match(text) is not None


def asks(text: str) -> bool:
    """Return whether a line has a letter that may not be what it seems, so that PDFium must examine its letters."""
    signs = "`" in text or "^" in text if text.isascii() else _SIGNS.search(text) is not None
    return signs or text.startswith("o ") or _may_be_raised(text)


def _may_be_raised(text: str) -> bool:
    """Return whether a line has digits in a place where there may be a footnote mark."""
    return _DIGIT.search(text) is not None and (_MARK.search(text) is not None or _NOTE.match(text) is not None)


def raised(pieces: list[binding.Box], base: float, usual: float) -> list[binding.Box]:
    """Return the pieces of a line that are small enough, and high enough above it, to be footnote marks.

    `base` is the height on the page of the line's first letter, measured upwards, and `usual` is its size.
    """
    low, high, flat, tall = base + _RISE * usual, base + usual, _FLAT * usual, _SMALL * usual
    return [piece for piece in pieces if low <= piece[1] <= high and flat <= piece[3] - piece[1] <= tall]


def as_printed(
    line: Line, gaps: tuple[int, ...], usual: float, marks: list[binding.Box], *, apart: bool
) -> tuple[str, tuple[int, ...], Sequence[int] | None]:
    """Return the text of a line as a reader sees it, or None if that is the same text.

    The result has the text, its gaps, and for each character the offset in `line.text` of the letter that it comes
    from, because visibility is tested letter by letter. `usual` is the letter size. `marks` are the pieces found by
    `raised`. `apart` means that the line may have letter-spaced words.
    """
    text = line.text
    letters = list(text)
    if _SIGNS.search(text):
        _draw_hyphens(line, letters)
        _compose_accents(line, letters)
    if apart:
        _close_spaced_words(line, letters)
    if _DIGIT.search(text):
        _raise_digits(line, letters)
    if marks:
        _raise_marks(line, letters, usual, marks)
    if text.startswith("o ") and 2 not in gaps and _gap(line, 1) > _AFTER_BULLET * usual:
        gaps = (2, *gaps)
    if letters == list(text):
        return text, gaps, None
    offsets = [at for at, letter in enumerate(letters) for _ in letter]
    return "".join(letters), tuple(len("".join(letters[:gap])) for gap in gaps), offsets


def size(text_page: textpage.TextPage, place: int) -> float:
    """Return the printed size of a letter in points: the font size, scaled by its matrix."""
    along, up = textpage.stretch(text_page, place)
    found: float = textpage.font_size(text_page, place) * ((along * along + up * up) ** 0.5 or 1.0)
    return found


def _draw_hyphens(line: Line, letters: list[str]) -> None:
    """Replace each soft hyphen that is printed with a hyphen, and drop the others, which only say where a word may be
    broken.
    """
    for at, letter in enumerate(letters):
        if letter == "\u00ad":
            left, _, right, _ = line.ink(at)
            letters[at] = "-" if right > left else ""


def _compose_accents(line: Line, letters: list[str]) -> None:
    """Combine an accent printed over a letter with that letter, and remove the space that it left in the text."""
    for found in _ACCENT.finditer(line.text):
        at = found.start()
        left, _, right, _ = line.ink(at)
        middle = (left + right) / 2
        for base in (at - 1, at - 2, at + 1, at + 2):
            if not 0 <= base < len(line.text) or not line.text[base].isalpha():
                continue
            composed = unicodedata.normalize("NFC", letters[base] + _COMBINING[line.text[at]])
            left, _, right, _ = line.ink(base)
            if len(composed) == 1 and left < middle < right:
                letters[base], letters[at] = composed, ""
                _close_space_beside(line, letters, at, base)
                break


def _close_space_beside(line: Line, letters: list[str], at: int, base: int) -> None:
    """Remove the spaces beside an accent that are not printed on the page."""
    for space in (at - 1, at + 1):
        if not 0 < space < len(line.text) - 1 or line.text[space] != " ":
            continue
        before = base if base < space else space - 1
        after = base if base > space else space + 1
        end = line.ink(before)[2]
        start = line.ink(after)[0]
        if start - end < _TOUCHING * line.size(base):
            letters[space] = ""


def _close_spaced_words(line: Line, letters: list[str]) -> None:
    """Join letter-spaced words, and put spaces where they are printed.

    In `E X E C U T I V E  S U M M A R Y`, a wide gap separates two words, and a narrow one only letters.
    """
    if _put_spaces_right(line, letters):
        return
    for found in _SPACED.finditer(line.text):
        gaps = {at: _gap(line, at) for at in range(found.start() + 1, found.end(), 2)}
        usual = median(gaps.values())
        wide = {at for at, gap in gaps.items() if gap > _WORD_GAP * usual}
        if normalise.closes(found.group()):
            for at in gaps.keys() - wide:
                letters[at] = ""
    left = "".join(letters)
    if _APART.search(left) or _LONE.search(left):
        _close_uneven_words(line, letters)
    for found in _SPLIT_CAPITAL.finditer(line.text):
        at = found.end() - 1
        if _gap(line, at) < _TOUCHING * line.size(at - 1):
            letters[at] = ""


def _put_spaces_right(line: Line, letters: list[str]) -> bool:
    """Put the spaces of a line where its ink has gaps, if the text has them elsewhere. Returns whether it does so.

    PDFium finds spaces by the widths of letters, which some files state wrongly. Others draw spaces without a width.
    """
    text = line.text
    first, last = line.ink(0), line.ink(len(text) - 1)
    if last[1] > first[3] or last[3] < first[1]:  # it climbs
        return False
    spaces = [at for at in range(1, len(text) - 1) if text[at] == " " and _goes_on(text[at + 1])]
    things = textpage.text_objects(line.text_page, [line.place(at) for at in spaces])
    made = [at for at, thing in zip(spaces, things, strict=True) if not thing]
    if len(made) >= _MISPLACED or _GLUED.search(text):
        return _put_spaces_by_ink(line, letters, made)
    closed = [at for at in spaces if at not in made and _has_no_width(line, at)]
    for at in closed:
        letters[at] = ""
    return bool(closed)


def _put_spaces_by_ink(line: Line, letters: list[str], made: list[int]) -> bool:
    """Put the spaces of a line where its ink has gaps, if those that PDFium has `made` are elsewhere."""
    text, size = line.text, line.size(0)
    solid = [at for at, letter in enumerate(text) if letter != " "]
    boxes = textpage.letter_boxes(line.text_page, [line.place(at) for at in solid])
    gaps = {after: box[0] - left[2] for after, (left, box) in zip(solid[1:], pairwise(boxes), strict=True)}
    most = _between(sorted(gap / size for gap in gaps.values())) * size
    lost = [at for at, gap in gaps.items() if text[at - 1] != " " and gap > most and text[at].isalpha()]
    wrong = sum(gaps.get(at + 1, size) < _CLOSE * size for at in made) >= _MISPLACED
    glued = _GLUED.search(text) is not None and sum(_overlap(line, at) for at in lost) >= _MISPLACED
    if not (wrong or glued):
        return False
    for at in made:
        if gaps.get(at + 1, size) < most:
            letters[at] = ""
    for at in lost:
        letters[at] = f" {letters[at]}"
    return True


def _overlap(line: Line, at: int) -> bool:
    """Return whether the stated width of a letter is so wide that the next one begins within it."""
    one, other = (textpage.loose_box(line.text_page, line.place(place)) for place in (at - 1, at))
    return one[2] > other[0] + _NO_WIDTH


def _goes_on(letter: str) -> bool:
    return letter.islower() or letter in _STOPS


def _between(gaps: list[float]) -> float:
    """Return what is between the gaps within words and those between words, which are in order, as shares of the size.

    There is the largest step from one to the next.
    """
    steps = [(other - one, one, other) for one, other in pairwise(gaps) if other > _CLOSE and one < _OPEN]
    _, one, other = max(steps, default=(0.0, _CLOSE, _OPEN))
    return (max(one, _CLOSE) + min(other, _OPEN)) / 2


def _has_no_width(line: Line, space: int) -> bool:
    """Return whether the letter after a space is drawn where the space begins."""
    before, after = (textpage.loose_box(line.text_page, line.place(at)) for at in (space, space + 1))
    return -_NO_WIDTH < before[0] - after[0] < _NO_WIDTH


def _close_uneven_words(line: Line, letters: list[str]) -> None:
    """Close words that are set with room between all letters, but have spaces only between some: "p rac t i ce"."""
    text = line.text
    size = line.size(0)
    spaces = [at for at, letter in enumerate(text) if letter == " " and letters[at] and 0 < at < len(text) - 1]
    boxes = [textpage.loose_box(line.text_page, line.place(at)) for at in range(len(text))]
    room = [
        boxes[at + 1][0] - boxes[at][2] for at in range(len(text) - 1) if text[at].isalpha() and text[at + 1].isalpha()
    ]
    usual = median(room) if room else 0.0
    if usual < _ROOM * size:
        return
    for at in spaces:
        if boxes[at + 1][0] - boxes[at - 1][2] < usual + _TOUCHING * size:
            letters[at] = ""


def _gap(line: Line, space: int) -> float:
    """Return the distance in points between the letters on both sides of a space."""
    return (
        textpage.loose_box(line.text_page, line.place(space + 1))[0]
        - textpage.loose_box(line.text_page, line.place(space - 1))[2]
    )


def _raise_digits(line: Line, letters: list[str]) -> None:
    """Replace small digits after a word, or at the start of a footnote, with superscript digits: `guidance1` becomes
    `guidance¹`.
    """
    for pattern, beside in ((_MARK, -1), (_NOTE, None)):
        for found in pattern.finditer(line.text):
            word = found.start() + beside if beside else found.end()
            if line.in_one_piece(found.start(), word):
                continue
            if line.size(found.start()) < _SMALL * line.size(word):
                letters[found.start() : found.end()] = found.group().translate(normalise.RAISED)


def _raise_marks(line: Line, letters: list[str], usual: float, pieces: list[binding.Box]) -> None:
    """Mark small raised letters and digits, whatever comes before them.

    `20182` becomes `2018²`, and `bruisingiii` becomes `bruising iii`. They are separate pieces in the file, so a line
    in one piece has none.
    """
    text = line.text
    for left, bottom, right, top in pieces:
        at = line.at(textpage.letter_near(line.text_page, (left + right) / 2, (bottom + top) / 2, right - left))
        start, end = _small_run(line, at, usual) if 0 <= at < len(text) else (0, 0)
        mark = text[start:end]
        if not _RAISED_MARK.fullmatch(mark) or (_ORDINAL.fullmatch(mark) and text[start - 1 : start].isdigit()):
            continue
        if mark.isdigit():
            letters[start:end] = mark.translate(normalise.RAISED)
        elif text[start - 1 : start].isalnum() and not text[end : end + 1].isalpha():
            letters[start] = " " + mark[0]


def _small_run(line: Line, at: int, usual: float) -> tuple[int, int]:
    """Return the start and end of the run of small letters and digits around an offset."""

    def small(place: int) -> bool:
        return 0 <= place < len(line.text) and line.text[place].isalnum() and line.size(place) < _RAISED_SIZE * usual

    if not small(at):
        return 0, 0
    start, end = at, at + 1
    while small(start - 1):
        start -= 1
    while small(end):
        end += 1
    return start, end
