"""Decide whether a line begins a paragraph or continues the one above it.

The rules are applied in order, and the first one with an answer decides. Unless stated otherwise, all thresholds are
multiples of the letter size, so that they suit both large and small print.
"""

import re

from corpus.model import BULLETS, bullet_of
from ingest.structure.columns import MARGIN, width_of_first_word
from ingest.structure.draft import WIDE_STEP, Draft, Style, ends_sentence
from ingest.structure.numbers import NAMES, WORDS
from ingest.structure.page import Line
from ingest.structure.reading_order import overlaps

_INDENT = 0.8  # further in or out begins a paragraph
_LEVEL = 0.6  # baselines that differ by less are one printed line
_CELL_GAP = 1.2  # wider than any space between words: the next cell of a row
_SIDEWAYS_STEP = 2.0  # sideways lines that are nearer than this belong together
_COLUMN_RISE = 8.0  # a sentence that continues at least this much higher does so in the next column
_COLUMN_LINES = 2  # lines in a column before a sentence continues in the next; a table cell may have fewer
_SAME_POINTS = 0.5  # points: sizes that differ by less are the same
_FAR = 3.0  # a wider step leads to a different text
_OTHER_SIZE = 0.08  # share of the size: letters that differ by more have a different purpose
_MIXED_POINTS = 1.1  # points: a sentence may continue in letters that differ by less, for example after an abbreviation
_ROOMY = 3.0  # room beyond the first word of the next line that ragged text never leaves
_FULL_LINE = 3.0  # a line that ends nearer to the edge is full
_VERY_WIDE = 2.0  # times the usual leading: no sentence continues over such a wide gap
_LOOSE = 1.05  # times the usual leading: a heading is at least this far above its text
_RAGGED = 0.3  # share of the column width that a line may leave empty where only space ends paragraphs
_CENTRED = 0.5  # two lines whose middles differ by less are centred on each other
_TITLE_LETTERS = 70  # characters of a line that may be a heading
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_DASHES = "–—-*"  # bullets that can also be inside a sentence

_MARKER = re.compile(
    r"^(?:\d{1,3}\.(?=[A-Z‘“])|(?:\d{1,3}(?:[.-]\d{1,3}){0,4}[.):]?|\(?(?:[ivxlc]{1,6}|[a-z])[.)]|\(\d{1,2}\)|[A-Z]\.?\d{1,2}(?:\.\d{1,3})*[.):]?"
    rf"|[⁰¹²³⁴-⁹]+|(?:{NAMES})(?:\s+(?:No\.?\s*|#)?(?:\d[\d.]*|{'|'.join(WORDS)})[:.)]?"
    r"|s \d+ (?:and|&|to) \d+:?))(?:\s|$))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"20\d\d\W?")
_ITEM = re.compile(r"^(\(?)(\d{1,3}|[a-z])([.):]*)\s")


def has_marker(text: str) -> bool:
    """Return whether a line starts like a list item or a numbered paragraph: "4.3", "(b)", "iv.", "Finding 2"."""
    return _MARKER.match(text) is not None


def begins(block: Draft, above: Line, line: Line, edge: float, style: Style, cell: bool) -> bool:
    """Return whether `line` begins a paragraph after `above`, the last line of `block`.

    `edge` is the right edge of the column of `above`. `cell` means that there is other text beside one of the two
    lines.
    """
    if line.sideways or above.sideways:
        return not (line.sideways and above.sideways and abs(line.y - above.y) < _SIDEWAYS_STEP * line.size)
    step = line.y - above.y
    size = line.size if line.size > above.size else above.size
    if abs(step) < _LEVEL * size and line.x0 >= above.x0:
        return line.x0 - above.x1 > _CELL_GAP * size
    if above.hyphen:
        # The word continues, but not in a footnote before the next page.
        smaller = line.size < (1 - _OTHER_SIZE) * above.size and step > 0
        return smaller and (has_marker(line.text) or step > _FAR * size)
    ended = ends_sentence(above.text)
    if step <= 0:
        return not _goes_on_in_next_column(block, above, line, -step / size, ended)
    if _set_for_another_purpose(above, line, size, ended) or not overlaps(above, line):
        return True
    pair = _Pair(block, above, line, size, edge, style, cell, ended)
    for rule in _RULES:
        answer = rule(pair)
        if answer is not None:
            return answer
    if line.box and line.box == above.box and not ended and line.text[:1].islower():
        return False  # a frame has an edge of its own
    return pair.short and (ended or pair.room > pair.word + _ROOMY * size)


def _goes_on_in_next_column(block: Draft, above: Line, line: Line, rise: float, ended: bool) -> bool:
    """Return whether a line higher up on the page continues the sentence.

    Otherwise it is the next cell or a separate column.
    """
    reads_on = not ended and line.text[:1].islower() and abs(line.size - above.size) < _SAME_POINTS
    return reads_on and rise > _COLUMN_RISE and len(block.lines) > _COLUMN_LINES


def _set_for_another_purpose(above: Line, line: Line, size: float, ended: bool) -> bool:
    """Return whether two lines cannot belong to the same text, judged by their letter size."""
    change = abs(above.size - line.size)
    if change <= _OTHER_SIZE * size:
        return False
    return ended or line.bold != above.bold or change >= _MIXED_POINTS


class _Pair:
    """Two consecutive lines, with the measurements that the rules use.

    `step` is their distance as a multiple of the usual leading. `room` is the space in points at the end of the upper
    line. `word` is the width of the lower line's first word, and `short` means that it would have fitted into that
    space. `heavy` means that the lower line is bold.
    """

    __slots__ = ("above", "block", "cell", "edge", "ended", "heavy", "line", "room", "short", "size", "step", "word")

    def __init__(
        self, block: Draft, above: Line, line: Line, size: float, edge: float, style: Style, cell: bool, ended: bool
    ) -> None:
        self.block, self.above, self.line, self.size = block, above, line, size
        self.edge, self.cell, self.ended = edge, cell, ended
        self.step = (line.y - above.y) / (style.leading * size)
        self.room = edge - above.x1
        self.word = width_of_first_word(line)
        self.short = self.room > self.word + MARGIN * size
        if self.short and style.spaced and self.step <= WIDE_STEP and self.room < _RAGGED * (edge - above.x0):
            self.short = False
        self.heavy = line.bold and line.bold_end


def _space(pair: _Pair) -> bool | None:
    """Space above begins a paragraph, unless a sentence continues over a line that something made taller."""
    if pair.step <= WIDE_STEP:
        return None
    goes_on = not pair.ended and not pair.short and pair.line.text[:1].islower() and pair.step <= _VERY_WIDE
    return None if goes_on else True


def _bullet(pair: _Pair) -> bool | None:
    """A bullet begins a paragraph. A dash does not always: it may be inside a sentence."""
    text = pair.line.text
    if text.startswith("o ") and pair.line.gaps[:1] == (2,):
        return True
    if text[0] not in BULLETS or not (len(text) == 1 or text[1] == " "):
        return None
    within = text[0] in _DASHES and not pair.ended and pair.above.x1 > pair.edge - _FULL_LINE * pair.size
    return None if within else True


def _number(pair: _Pair) -> bool | None:
    """A number begins a paragraph where one may begin, or where it follows the number of the paragraph above.

    A footnote mark at the start of a line always begins a paragraph, because in running text it comes after a word.
    """
    if pair.line.text[0] in _RAISED:
        return True
    out = pair.line.x0 < pair.above.x0 - _INDENT * pair.size
    if (pair.ended or pair.short or out) and has_marker(pair.line.text):
        return True
    return True if _counts_on(pair.block.lines[0].text, pair.line.text) else None


def _weight(pair: _Pair) -> bool | None:
    """Bold above plain text is a heading, and so is bold after the end of a paragraph or below a space."""
    if not pair.line.bold and pair.block.bold:
        title = len(pair.block.lines) == 1 and not pair.ended and _is_title(pair.above)
        if pair.short or pair.step > _LOOSE or title:
            return True
    greeted = pair.block.lines[0].text.startswith("Dear ") and pair.above.text.endswith(",")
    parted = pair.short or pair.ended or pair.step > _LOOSE or greeted
    return True if pair.heavy and not pair.above.bold_end and parted else None


def _centred(pair: _Pair) -> bool | None:
    """Centred lines continue until the sentence ends or the weight changes."""
    above, line = pair.above, pair.line
    centred = abs((line.x0 + line.x1) - (above.x0 + above.x1)) < _CENTRED * pair.size
    if not centred or abs(line.x0 - above.x0) <= pair.size or pair.ended:
        return None
    return pair.heavy != pair.block.bold


def _narrow_cell(pair: _Pair) -> bool | None:
    """In a narrow column, a line that starts in lower case continues the paragraph unless the line above ends a
    sentence. So does the year below a month.
    """
    if not pair.cell or pair.above.text.endswith((".", "!", "?")):
        return None
    text = pair.line.text
    return False if text[:1].islower() or (text[:2] == "20" and _YEAR.fullmatch(text)) else None


def _indent(pair: _Pair) -> bool | None:
    """A change of indent begins a paragraph, except for first-line indents and hanging list items."""
    lines, above = pair.block.lines, pair.above
    out = above.x0 - pair.line.x0
    if out > _INDENT * pair.size:
        below_picture = len(lines) > 2 and not (pair.cell or pair.ended or pair.short) and pair.line.text[:1].islower()
        return None if below_picture else len(lines) > 1 or pair.short
    if -out > _INDENT * pair.size:
        hanging = len(lines) == 1 and (has_marker(above.text) or above.text[0] in BULLETS or bullet_of(above.text))
        return not hanging or (pair.short and pair.ended)
    return None


_RULES = (_space, _bullet, _number, _weight, _centred, _narrow_cell, _indent)


def _counts_on(first: str, text: str) -> bool:
    """Return whether `text` begins with the mark that follows the one at the start of `first`: b) after a), 4 after
    3.
    """
    here = _ITEM.match(text)
    before = _ITEM.match(first) if here else None
    if before is None or here is None or before.group(1) + before.group(3) != here.group(1) + here.group(3):
        return False
    one, other = before.group(2), here.group(2)
    if one.isdigit() and other.isdigit():
        return int(other) == int(one) + 1
    return len(one) == len(other) == 1 and ord(other) == ord(one) + 1


def _is_title(line: Line) -> bool:
    """Return whether a line reads like a heading: it is short and does not end in a comma or hyphen."""
    return len(line.text) < _TITLE_LETTERS and not line.text.endswith((",", "-"))
