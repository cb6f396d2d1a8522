"""From the lines of all pages to paragraphs: where does one end and the next begin, also over a page break?

Pure: lines in, drafts out. A draft becomes a corpus Paragraph once its number and its section are known.
"""

import re
from dataclasses import dataclass, field

from ingest.structure import normalise, reading_order
from ingest.structure.page import Line, RawPage

_GAP = 1.22  # times the usual leading: a wider step begins a paragraph
_INDENT = 0.8  # of the letter size: further in or out begins one
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*\d{0,3}$")
_CLOSING = frozenset(".!?:;\"'”’)]")  # what a sentence ends in, but for the mark of a footnote
_MARKER = re.compile(
    r"^(?:\d{1,3}\.(?=[A-Z‘“])|(?:\d{1,3}(?:[.-]\d{1,3}){0,4}[.):]?|\(?(?:[ivxlc]{1,6}|[a-z])[.)]|\(\d{1,2}\)|[A-Z]\.?\d{1,2}(?:\.\d{1,3})*[.):]?"
    r"|[⁰¹²³⁴-⁹]+|(?:Recommendation|Finding|Learning point|Question|Action)\s+\d[\d.]*[:.)]?)(?:\s|$))",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(\(?)(\d{1,3}|[a-z])([.):]*)\s")
_FOOTNOTE = re.compile(r"^(?:\d{1,3}|[*†‡]|[⁰¹²³⁴-⁹]+)\s?\S")


@dataclass(slots=True)
class Draft:
    """A paragraph before it has a number and a section. `pages`: the page of each line; `note`: it is a footnote."""

    lines: list[Line]
    pages: list[int]
    note: bool = False
    text: str = ""
    turns: tuple[tuple[int, int], ...] = ()
    alone: bool = True  # no other text stands beside it, as in a table
    space_above: bool = False  # set apart from what stands above it

    @property
    def page(self) -> int:
        return self.pages[0]

    @property
    def size(self) -> float:
        """Of most of its letters: of the longest line."""
        return max(self.lines, key=lambda line: len(line.text)).size

    @property
    def bold(self) -> bool:
        return all(line.bold and line.bold_end for line in self.lines)


@dataclass(slots=True)
class _Style:
    """What is usual in the document: letter size, leading."""

    size: float
    leading: float
    spaced: bool = False  # paragraphs are set apart by space, so that a short line alone ends none
    words: set[str] = field(default_factory=set)
    hyphenated: set[str] = field(default_factory=set)


def drafts(pages: list[RawPage]) -> list[Draft]:
    """The paragraphs of the document in reading order; every line without a role is in exactly one of them."""
    style = _Style(reading_order.body_size(pages), reading_order.leading(pages))
    free = [[line for line in page.lines if line.role is None] for page in pages]
    edges = [_edges(lines, style) for lines in free]
    style.spaced = _spaced(free, edges, style)
    style.words, style.hyphenated = _evidence(free)
    result: list[Draft] = []
    for page, lines, reach in zip(pages, free, edges, strict=True):
        blocks = _blocks(page.number, lines, reach, style)
        if not blocks:
            continue
        _mark_notes(blocks, style)
        into = next((draft for draft in reversed(result) if not draft.note), None)
        first = next((at for at, block in enumerate(blocks) if not block.note), None)
        if into is not None and first == 0 and into.pages[-1] == page.number - 1 and _runs_on(into, blocks[0], style):
            into.lines += blocks[0].lines
            into.pages += blocks[0].pages
            blocks = blocks[1:]
        result += blocks
    for draft in result:
        _set_text(draft, style)
    return result


def _spaced(free: list[list[Line]], edges: list[list[float]], style: _Style) -> bool:
    """Whether space follows nearly every paragraph that ends, beyond doubt, in a short line."""
    ends = wide = 0
    for lines, reach in zip(free, edges, strict=True):
        if any(line.sideways for line in lines):
            lines = [line for line in lines if not line.sideways]
            reach = _edges(lines, style)
        for above, line, edge in zip(lines, lines[1:], reach, strict=False):
            step = line.y - above.y
            same = abs(above.size - style.size) < 0.5 and abs(line.x0 - above.x0) < 0.3 * style.size
            short = above.x1 - above.x0 < 0.6 * (edge - above.x0)
            if same and short and 0 < step < 4 * line.size and _ends_sentence(above.text):
                ends += 1
                wide += step > _GAP * style.leading * line.size
    return ends >= 3 and wide >= 0.8 * ends


def _ends_sentence(text: str) -> bool:
    return (text[-1:] in _CLOSING or text[-1:].isdecimal()) and _SENTENCE_END.search(text) is not None


def _evidence(free: list[list[Line]]) -> tuple[set[str], set[str]]:
    """The words of the document that no hyphen breaks; empty when no line ends in a hyphen, since nobody will ask."""
    lines = [line for page in free for line in page]
    if not any(line.hyphen for line in lines):
        return set(), set()
    whole = []
    broken = False
    for line in lines:
        text = line.text
        if broken:
            text = text.partition(" ")[2]
        if line.hyphen:
            text = text.rpartition(" ")[0]
        broken = line.hyphen
        whole.append(text)
    return normalise.vocabulary(whole)


# ---------------------------------------------------------------- one page


def _blocks(page: int, lines: list[Line], edges: list[float], style: _Style) -> list[Draft]:
    beside = _beside(lines)
    blocks: list[Draft] = []
    for at, line in enumerate(lines):
        above = lines[at - 1] if at else None
        if above is not None and not _begins(
            blocks[-1],
            above,
            line,
            edges[at - 1],
            style,
            beside[at] or beside[at - 1],
        ):
            blocks[-1].lines.append(line)
            blocks[-1].pages.append(page)
            continue
        block = Draft([line], [page])
        block.space_above = above is None or abs(line.y - above.y) > _GAP * style.leading * line.size
        blocks.append(block)
    return _rows(blocks)


def _edges(lines: list[Line], style: _Style) -> list[float]:
    """For each line the right edge of the column in which it stands: how far the lines around it reach."""
    edges: list[float] = []
    start = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines):
            above, line = lines[at - 1], lines[at]
            if 0 < line.y - above.y < 2.5 * style.leading * max(line.size, above.size) and reading_order.overlaps(
                above, line
            ):
                continue
        edges += [max([line.x1 for line in lines[start:at]])] * (at - start)
        start = at
    # A run of one or two lines says little: it ends where the text that starts at the same place ends.
    by_left: dict[int, float] = {}
    for line in lines:
        left = round(line.x0 / 4)
        by_left[left] = max(by_left.get(left, 0.0), line.x1)
    runs = dict.fromkeys(edges, 0)
    for edge in edges:
        runs[edge] += 1
    return [
        max(edge, by_left[round(line.x0 / 4)]) if runs[edge] <= 2 else edge
        for line, edge in zip(lines, edges, strict=True)
    ]


def _begins(block: Draft, above: Line, line: Line, edge: float, style: _Style, cell: bool) -> bool:
    """Whether `line` begins a paragraph after `above`, the last line of `block`."""
    if line.sideways or above.sideways:
        return not (line.sideways and above.sideways and abs(line.y - above.y) < 2 * line.size)
    step = line.y - above.y
    size = max(line.size, above.size)
    if abs(step) < 0.6 * size and line.x0 >= above.x0:
        return line.x0 - above.x1 > 1.2 * size  # the same printed line, or the next cell of a row
    if above.hyphen:
        return False
    ended = _ends_sentence(above.text)
    if step <= 0:  # the next column, or the next cell
        reads_on = not ended and line.text[:1].islower() and abs(line.size - above.size) < 0.5
        return not (reads_on and -step > 8 * size and len(block.lines) > 2)
    if abs(line.size - above.size) > 0.08 * size and not (
        line.bold == above.bold and abs(line.size - above.size) < 1.1 and not ended
    ):
        return True
    if not reading_order.overlaps(above, line):
        return True
    room = edge - above.x1
    short = room > _width_of_first_word(line) + 0.6 * size
    wide = step > _GAP * style.leading * size
    if wide and (ended or short or not line.text[:1].islower() or step > 2 * style.leading * size):
        return True  # else a sentence goes on over a line that something made higher
    first = line.text[0]
    if (
        first in normalise.BULLETS
        and (len(line.text) == 1 or line.text[1] == " ")
        and not (first in "–—-*" and not ended and above.x1 > edge - 3 * size)
    ):
        return True
    if style.spaced and not wide and room < 0.3 * (edge - above.x0):
        short = False
    centred = abs((line.x0 + line.x1) - (above.x0 + above.x1)) < 0.5 * size and abs(line.x0 - above.x0) > size
    if (ended or short or line.x0 < above.x0 - _INDENT * size) and _MARKER.match(line.text):
        return True
    if _next_marker(block.lines[0].text, line.text):
        return True
    heavy, heavy_above = line.bold and line.bold_end, block.bold
    if (
        heavy_above
        and not line.bold
        and (short or step > 1.05 * style.leading * size or (len(block.lines) == 1 and not ended and _titled(above)))
    ):
        return True
    if heavy and not above.bold_end and (short or ended):
        return True
    if centred and not ended:
        return heavy != heavy_above
    if cell and not above.text.endswith((".", "!", "?")) and line.text[:1].islower():
        return False  # a narrow column breaks lines where it must
    out, in_ = above.x0 - line.x0, line.x0 - above.x0
    if out > _INDENT * size:
        return len(block.lines) > 1 or short  # not the first line of a paragraph set in
    if in_ > _INDENT * size:
        hanging = len(block.lines) == 1 and (_MARKER.match(above.text) or above.text[0] in normalise.BULLETS)
        return not hanging or (short and ended)
    return short and (ended or room > _width_of_first_word(line) + 3 * size)


def _next_marker(first: str, text: str) -> bool:
    """Whether `text` begins with the mark that follows the one `first` begins with: b) after a), 4 after 3."""
    here = _ITEM.match(text)
    before = _ITEM.match(first) if here else None
    if before is None or here is None or before.group(1) + before.group(3) != here.group(1) + here.group(3):
        return False
    one, other = before.group(2), here.group(2)
    if one.isdigit() and other.isdigit():
        return int(other) == int(one) + 1
    return len(one) == len(other) == 1 and ord(other) == ord(one) + 1


def _width_of_first_word(line: Line) -> float:
    end = line.text.find(" ")
    letters = len(line.text)
    return (line.x1 - line.x0) * ((letters if end < 0 else end) + 1) / (letters or 1)


def _titled(line: Line) -> bool:
    """Whether a line reads like a heading: short, and it ends without a stop."""
    return len(line.text) < 70 and not line.text.endswith((",", "-"))


def _beside(lines: list[Line]) -> list[bool]:
    """For each line whether other text stands to its left or right on the same height: cells of a table, boxes,
    columns."""
    found = [False] * len(lines)
    order = sorted(range(len(lines)), key=lambda at: lines[at].y)
    for rank, at in enumerate(order):
        line = lines[at]
        for other in order[rank + 1 :]:
            if lines[other].y - line.y > 0.6 * line.size:
                break
            if lines[other].x0 >= line.x1 - 1 or lines[other].x1 <= line.x0 + 1:
                found[at] = found[other] = True
    return found


def _rows(blocks: list[Draft]) -> list[Draft]:
    """The cells of each row of a table as one paragraph. A row has three cells, or two that stand below those of
    another row."""
    spans = [_span(block) for block in blocks]
    rows: list[list[int]] = []
    for at, (top, bottom, left, _) in enumerate(spans):
        if rows:
            row = rows[-1]
            above, below, right = (
                min(spans[cell][0] for cell in row),
                max(spans[cell][1] for cell in row),
                max(spans[cell][3] for cell in row),
            )
            if min(bottom, below) - max(top, above) > 0.3 * blocks[at].size and left >= right - 0.5 * blocks[at].size:
                row.append(at)
                continue
        rows.append([at])
    lefts = [{round(spans[cell][2] / 3) for cell in row} for row in rows]
    result: list[Draft] = []
    for number, row in enumerate(rows):
        near = lefts[max(0, number - 4) : number] + lefts[number + 1 : number + 5]
        table = len(row) >= 3 or (len(row) == 2 and any(len(other & lefts[number]) >= 2 for other in near))
        if not table:
            for cell in row:
                blocks[cell].alone = len(row) == 1
            result += [blocks[cell] for cell in row]
            continue
        whole = blocks[row[0]]
        whole.alone = False
        for cell in row[1:]:
            whole.lines += blocks[cell].lines
            whole.pages += blocks[cell].pages
        result.append(whole)
    return result


def _span(block: Draft) -> tuple[float, float, float, float]:
    """Top, bottom, left and right of a block."""
    return (
        block.lines[0].y - block.lines[0].size,
        max(line.y for line in block.lines),
        min(line.x0 for line in block.lines),
        max(line.x1 for line in block.lines),
    )


def _mark_notes(blocks: list[Draft], style: _Style) -> None:
    """Footnotes: set smaller than the text, below all of it, and the first begins with its mark."""
    at = len(blocks)
    while at and blocks[at - 1].size < 0.93 * style.size:
        at -= 1
    notes = blocks[at:]
    if not at or not notes or not _FOOTNOTE.match(notes[0].lines[0].text):
        return
    lowest = max(line.y for block in blocks[:at] for line in block.lines)
    if notes[0].lines[0].y > lowest:
        for block in notes:
            block.note = True


# ---------------------------------------------------------------- over the page break


def _runs_on(draft: Draft, block: Draft, style: _Style) -> bool:
    """Whether the first block of a page continues the last paragraph of the page before."""
    above, line = draft.lines[-1], block.lines[0]
    if above.hyphen:
        return True
    if abs(above.size - line.size) > 0.5 or (above.bold_end != line.bold and draft.bold != block.bold):
        return False
    if line.text[0] in normalise.BULLETS or _ends_sentence(above.text):
        return False
    if draft.bold or not (draft.alone and block.alone):
        return line.text[:1].islower() and draft.bold == block.bold and not _MARKER.match(line.text)
    if _MARKER.match(line.text) and not line.text[:1].islower():
        return False
    if line.text[:1].islower():
        return True
    # "… the report of\nOfsted": a capital may follow, when the line before was full.
    return len(draft.lines) > 1 and above.x1 > max(other.x1 for other in draft.lines[:-1]) - 6 * above.size


# ---------------------------------------------------------------- text


def _set_text(draft: Draft, style: _Style) -> None:
    text = ""
    turns = []
    hyphen = False
    for at, line in enumerate(draft.lines):
        text = normalise.join(text, line.text, hyphen, style.words, style.hyphenated)
        if at and draft.pages[at] != draft.pages[at - 1]:
            turns.append((len(text) - len(line.text), draft.pages[at]))
        hyphen = line.hyphen
    if hyphen:
        text += "-"
    draft.text = text
    draft.turns = tuple(turns)
