"""Build lines from the word table of the OCR, and decide whether they replace the text layer of the page."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from corpus.model import AsideRole, Scan, ScanLine
from corpus.reasons import Reason
from ingest.structure.page import Doubt, Line, RawPage

DPI = 300
"""The resolution in dots per inch at which a page is rendered for OCR. Tesseract is tuned for it."""

SURE = 60.0
"""A confidence from 0 to 100. Below it, a page may be on its side, and OCR does not replace a text layer."""

_LEAST = 30.0  # confidence; a line below it is shown and counted but not searched, because often it is not text
_GAP = 1.2  # share of the letter size, as in a text page
_DEEP = re.compile(r"[gjpqyQ,;()\[\]/|]")  # letters that reach below the line
_WORD = re.compile(r"[^\W\d_]+")
_FEW = 20  # words: fewer are not enough to judge a text
_COMMON = frozenset(
    """the of and to in a was that for is it on with as be by were at from this not had have are which or but been an
    their they would has she he his her there who when did no all child children y yr yn ac a'r wedi gan mae i ar
    oedd ei eu am plant plentyn""".split()  # noqa: SIM905 - a list of sixty would fill a page
)


@dataclass(slots=True)
class _Word:
    text: str
    left: float
    right: float
    top: float
    bottom: float
    sure: float


def doubtful(text: str) -> bool:
    """Return whether a text layer is garbled: hardly any of its words is a common one."""
    words = _WORD.findall(text.lower())
    return len(words) >= _FEW and sum(word in _COMMON for word in words) < 0.15 * len(words)


def is_better(scan: Scan, text: str) -> bool:
    """Return whether OCR reads more than the text layer: its confidence is high and it has more common words."""
    if not text.strip():
        return True
    ours, theirs = (
        sum(word in _COMMON for word in _WORD.findall(words.lower()))
        for words in (" ".join(line.text for line in scan.lines if line.legible), text)
    )
    return scan.confidence >= SURE and ours > 1.1 * theirs + 2


def take(page: RawPage, scan: Scan) -> None:
    """Add the OCR lines to a page.

    They replace its lines if they are better, and complete them if lines are missing.
    """
    partly = page.unread == Reason.PARTLY_READ.value
    if scan.turned or not (partly or any(line.doubt for line in page.lines)):
        if is_better(scan, " ".join(line.text for line in page.lines)):
            if scan.turned in (90, 270):
                page.width, page.height = page.height, page.width
            _put(page, scan, [], as_lines(scan, page.width))
        return
    doubtful_lines = [line for line in page.lines if line.doubt]
    kept = [line for line in page.lines if not line.doubt]
    if doubtful_lines and not _reads_better(scan, doubtful_lines):
        kept = page.lines
    lines = [line for line in as_lines(scan, page.width) if not any(_stands_at(line, other) for other in kept)]
    if any(line.role is None for line in lines):
        _put(page, scan, kept, lines)
    elif partly:
        page.unread = Reason.NO_WORDS.value


def _reads_better(scan: Scan, lines: Sequence[Line]) -> bool:
    text = " ".join(line.text for line in lines)
    if any(line.doubt is Doubt.LAYER for line in lines):
        return is_better(scan, text)
    return scan.confidence >= SURE


def _put(page: RawPage, scan: Scan, kept: list[Line], lines: list[Line]) -> None:
    page.lines = kept + lines
    page.confidence = scan.confidence
    page.reader, page.unread = "ocr", None
    if any(line.doubt for line in kept):
        page.unread = Reason.GARBLED.value


def _stands_at(line: Line, other: Line) -> bool:
    """Return whether most of an OCR line overlaps a line that is already known."""
    if line.sideways != other.sideways or abs(line.y - other.y) > 0.6 * max(line.size, other.size):
        return False
    return min(line.x1, other.x1) - max(line.x0, other.x0) > 0.5 * (line.x1 - line.x0)


def as_lines(scan: Scan, width: float) -> list[Line]:
    """Return the lines of a scan. `width` is the width of the page in points."""
    scale = width / scan.width
    result = []
    for text, left, right, baseline, size, gaps, legible in scan.lines:
        hyphen = len(text) > 2 and text[-1] in "-\u00ad" and text[-2].isalpha()
        line = Line(text[:-1] if hyphen else text, left * scale, right * scale, baseline * scale, size * scale)
        line.gaps, line.hyphen = gaps, hyphen
        line.role = None if legible else AsideRole.ILLEGIBLE
        result.append(line)
    return result


def empty(table: str) -> bool:
    """Return whether OCR found no words. In that case, turning the page does not help either."""
    return not _rows(table)


def sideways(table: str) -> bool:
    """Return whether most words are taller than wide, which means that the page is on its side."""
    high = wide = 0
    for word in (word for words in _rows(table).values() for word in words if len(word.text) > 3):
        if word.bottom - word.top > word.right - word.left:
            high += 1
        else:
            wide += 1
    return high > wide


def from_table(table: str) -> tuple[float, tuple[ScanLine, ...]]:
    """Convert Tesseract's word table to the confidence of the page, from 0 to 100, and its lines."""
    kept = {key: words for key, words in _rows(table).items() if _has_letters(words)}
    # No two measurements of the same letters agree exactly: a block has one size, or the usual one if that is close.
    blocks: dict[tuple[int, ...], list[float]] = defaultdict(list)
    for key, words in kept.items():
        blocks[key[:2]].append(max(median(word.bottom - word.top for word in words), 1.0) / 0.75)
    usual = median(size for sizes in blocks.values() for size in sizes) if blocks else 0.0
    lines = []
    for key, words in kept.items():
        size = median(blocks[key[:2]])
        lines.append(_line(words, usual if abs(size - usual) < 0.17 * usual else size))
    letters = sum(len(word.text) for words in kept.values() for word in words)
    sure = sum(len(word.text) * word.sure for words in kept.values() for word in words)
    return round(min(100.0, max(0.0, sure / letters)), 1) if letters else 0.0, tuple(lines)


def _rows(table: str) -> dict[tuple[int, ...], list[_Word]]:
    rows: dict[tuple[int, ...], list[_Word]] = defaultdict(list)
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        left, top, width, height = map(float, cells[6:10])
        word = _Word(cells[11].strip(), left, left + width, top, top + height, float(cells[10]))
        rows[tuple(map(int, cells[1:5]))].append(word)
    return rows


def _has_letters(words: list[_Word]) -> bool:
    return any(letter.isalnum() for word in words for letter in word.text)


def _sure(words: list[_Word]) -> float:
    return sum(word.sure * len(word.text) for word in words) / sum(len(word.text) for word in words)


def _line(words: list[_Word], size: float) -> ScanLine:
    text, gaps = "", []
    for at, word in enumerate(words):
        if at:
            text += " "
            if word.left - words[at - 1].right > _GAP * size:
                gaps.append(len(text))
        text += word.text
    shallow = [word.bottom for word in words if not _DEEP.search(word.text)]
    baseline = median(shallow) if shallow else median(word.bottom for word in words) - 0.2 * size
    left, right = min(word.left for word in words), max(word.right for word in words)
    return ScanLine(text, left, right, baseline, round(size, 1), tuple(gaps), _sure(words) >= _LEAST)
