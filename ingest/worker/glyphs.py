"""What the text of a line does not tell and its letters do: raised marks, drawn hyphens, accents printed over letters,
words set with space between their letters.

PDFium is asked about single letters only in lines that show a sign of one of these.
"""

import re
import unicodedata
from collections.abc import Callable
from statistics import median

from ingest.structure import normalise
from ingest.worker import pdfium

_SMALL = 0.8  # of the letter size: a mark is smaller
_RISE = 0.12  # of the letter size by which a mark stands above the line, at least
_TOUCHING = 0.15  # of the letter size: no space between two words is narrower
_WORD_GAP = 1.5  # times the usual gap of a spaced word: where the next word begins
_MOST_OBJECTS = 200  # pieces of a line that are looked at

_COMBINING = {
    "`": "\u0300", "´": "\u0301", "ˆ": "\u0302", "^": "\u0302", "˜": "\u0303", "¯": "\u0304", "˘": "\u0306",
    "˙": "\u0307", "¨": "\u0308", "˚": "\u030a", "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327", "˛": "\u0328",
}  # fmt: skip
_ACCENT = re.compile(f"[{re.escape(''.join(_COMBINING))}]")
_MARK = re.compile(r"(?<=[^\W\d]|[.,;:!?)\]\"'’”])\d{1,3}(?![\w%])")  # a number glued to a word
_NOTE = re.compile(r"^\d{1,3}\s?(?=[^\W\d])")
_RAISED_MARK = re.compile(r"\d{1,3}|[ivxlc]{1,6}|[a-z]")
_ORDINAL = re.compile(r"st|nd|rd|th")
_SPACED = re.compile(r"(?<!\S)\w(?: \w){3,}(?!\S)")
_SPLIT_CAPITAL = re.compile(r"(?<!\S)[A-Z] (?=[A-Z]{2,})")  # "C ONCLUSIONS": a large capital before small ones


def as_printed(
    text_page: int, text: str, gaps: tuple[int, ...], place: Callable[[int], int]
) -> tuple[str, tuple[int, ...]]:
    """The text of a line as a reader sees it, and its gaps where they stand in it.

    place: from the offset of a letter in the text to its place on the page.
    """
    letters = list(text)
    if "\u00ad" in text:
        _draw_hyphens(text_page, letters, place)
    if not text.isascii() or "`" in text or "^" in text:
        _compose_accents(text_page, text, letters, place)
    if _SPACED.search(text) or _SPLIT_CAPITAL.search(text):
        _close_spaced_words(text_page, text, letters, place)
    if len(text) > 1:
        _raise_marks(text_page, text, letters, place)
    if letters == list(text):
        return text, gaps
    return "".join(letters), tuple(len("".join(letters[:gap])) for gap in gaps)


def size(text_page: int, place: int) -> float:
    """The size in which a letter is printed, in points: its font's, scaled by its matrix."""
    along, up = pdfium.stretch(text_page, place)
    found: float = pdfium.font_size(text_page, place) * ((along * along + up * up) ** 0.5 or 1.0)
    return found


def _draw_hyphens(text_page: int, letters: list[str], place: Callable[[int], int]) -> None:
    """A soft hyphen with ink is a hyphen; one without is a hint where a word may be broken."""
    for at, letter in enumerate(letters):
        if letter == "\u00ad":
            left, _, right, _ = pdfium.letter_box(text_page, place(at))
            letters[at] = "-" if right > left else ""


def _compose_accents(text_page: int, text: str, letters: list[str], place: Callable[[int], int]) -> None:
    """An accent printed over a letter belongs to it; the space that it left in the text is none."""
    for found in _ACCENT.finditer(text):
        at = found.start()
        left, _, right, _ = pdfium.letter_box(text_page, place(at))
        middle = (left + right) / 2
        for base in (at - 1, at - 2, at + 1, at + 2):
            if not 0 <= base < len(text) or not text[base].isalpha():
                continue
            composed = unicodedata.normalize("NFC", letters[base] + _COMBINING[text[at]])
            left, _, right, _ = pdfium.letter_box(text_page, place(base))
            if len(composed) == 1 and left < middle < right:
                letters[base], letters[at] = composed, ""
                _close_space_beside(text_page, text, letters, place, at, base)
                break


def _close_space_beside(
    text_page: int, text: str, letters: list[str], place: Callable[[int], int], at: int, base: int
) -> None:
    """Take out the spaces beside an accent that are not there on the page."""
    for space in (at - 1, at + 1):
        if not 0 < space < len(text) - 1 or text[space] != " ":
            continue
        before = base if base < space else space - 1
        after = base if base > space else space + 1
        end = pdfium.letter_box(text_page, place(before))[2]
        start = pdfium.letter_box(text_page, place(after))[0]
        if start - end < _TOUCHING * size(text_page, place(base)):
            letters[space] = ""


def _close_spaced_words(text_page: int, text: str, letters: list[str], place: Callable[[int], int]) -> None:
    """In `E X E C U T I V E  S U M M A R Y` a wider gap parts two words; a narrower one parts only letters."""
    for found in _SPACED.finditer(text):
        gaps = {at: _gap(text_page, at, place) for at in range(found.start() + 1, found.end(), 2)}
        usual = median(gaps.values())
        wide = {at for at, gap in gaps.items() if gap > _WORD_GAP * usual}
        if normalise.closes("".join(letter for at, letter in enumerate(text) if found.start() <= at < found.end())):
            for at in gaps.keys() - wide:
                letters[at] = ""
    for found in _SPLIT_CAPITAL.finditer(text):
        at = found.end() - 1
        if _gap(text_page, at, place) < _TOUCHING * size(text_page, place(at - 1)):
            letters[at] = ""


def _gap(text_page: int, space: int, place: Callable[[int], int]) -> float:
    """How far the letters on both sides of a space stand apart, in points."""
    return pdfium.loose_box(text_page, place(space + 1))[0] - pdfium.loose_box(text_page, place(space - 1))[2]


def _raise_marks(text_page: int, text: str, letters: list[str], place: Callable[[int], int]) -> None:
    """The marks of footnotes apart from the words they stand at: `guidance1` is `guidance¹`, `bruisingiii` is
    `bruising iii`."""
    for pattern, beside in ((_MARK, -1), (_NOTE, None)):
        for found in pattern.finditer(text):
            word = found.start() + beside if beside else found.end()
            if size(text_page, place(found.start())) < _SMALL * size(text_page, place(word)):
                letters[found.start() : found.end()] = found.group().translate(normalise.RAISED)
    first, last = place(0), place(len(text) - 1)
    line = min(pdfium.origin(text_page, first)[1], pdfium.origin(text_page, last)[1])
    usual = max(size(text_page, first), size(text_page, last))
    boxes = list(pdfium.rectangles(text_page, first, last - first + 1, _MOST_OBJECTS))
    if len(boxes) < 2 or all(bottom < line + _RISE * usual for _, bottom, _, _ in boxes):
        return
    for start, end in _raised_runs(text_page, text, place, line, usual):
        mark = text[start:end]
        if not _RAISED_MARK.fullmatch(mark) or (_ORDINAL.fullmatch(mark) and text[start - 1].isdigit()):
            continue
        if end < len(text) and text[end].isalnum():
            continue  # "McAdam" with a raised c
        if mark.isdigit():
            letters[start:end] = mark.translate(normalise.RAISED)
        elif start and text[start - 1].isalpha():
            letters[start] = " " + mark[0]


def _raised_runs(
    text_page: int, text: str, place: Callable[[int], int], line: float, usual: float
) -> list[tuple[int, int]]:
    """Where letters and digits of a line are small and stand above it."""
    runs: list[tuple[int, int]] = []
    for at, letter in enumerate(text):
        if not letter.isalnum():
            continue
        here = place(at)
        if size(text_page, here) < _SMALL * usual and pdfium.origin(text_page, here)[1] > line + _RISE * usual:
            if runs and runs[-1][1] == at:
                runs[-1] = runs[-1][0], at + 1
            else:
                runs.append((at, at + 1))
    return runs
