"""Join the lines of all pages into paragraphs, also across page breaks.

Takes lines and returns drafts. A draft becomes a Paragraph of the corpus once its number and section are known.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from corpus.model import BULLETS
from ingest.structure import columns, normalise, reading_order
from ingest.structure.draft import WIDE_STEP, Draft, Style, ends_sentence
from ingest.structure.page import Line, RawPage
from ingest.structure.paragraph_start import begins, has_marker
from ingest.structure.tables import forms, plans, rows

_NOTE_SIZE = 0.93  # of the size of the body: footnotes are set smaller than this
_SAME_POINTS = 0.5  # points: sizes that differ by less are the same
_FULL_LINE = 6.0  # times the letter size: a line that ends nearer to the edge is full, even in ragged text
_REFERENCES = re.compile(r"^[\d.\s]*(?:references|bibliography|endnotes|notes|further reading)\W*$", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^(?:\d{1,3}|[*†‡]|[⁰¹²³⁴-⁹]+)\s?\S")


def drafts(pages: list[RawPage]) -> list[Draft]:
    """Return the paragraphs of the document in reading order. Every line without a role is in exactly one of them."""
    style = Style(reading_order.body_size(pages), reading_order.leading(pages))
    free = [[line for line in page.lines if line.role is None] for page in pages]
    for lines in free:
        columns.move_flush_right(lines)
    edges = [columns.right_edges(lines, style) for lines in free]
    style.spaced = columns.space_ends_paragraphs(free, edges, style)
    style.words, style.hyphenated = _vocabulary(free)
    style.typeset = normalise.is_typeset(_broken(free), style.words, style.hyphenated)
    found = plans.read(pages, style)
    found |= forms.read([page for page in pages if page.number not in found], style)
    result: list[Draft] = []
    for page, lines, reach in zip(pages, free, edges, strict=True):
        if page.number in found:
            blocks = _around(page, found[page.number], style)
        else:
            blocks = _blocks(page.number, lines, reach, style)
        _mark_notes(blocks, style)
        if _join_over_page_break(result, blocks, page.number):
            blocks = blocks[1:]
        result += blocks
    for draft in result:
        _set_text(draft, style)
    return result


def _vocabulary(free: list[list[Line]]) -> tuple[set[str], set[str]]:
    """Return the words of the document that are not broken at a hyphen.

    Empty if no line ends in a hyphen, because then they are not needed.
    """
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


def _broken(free: list[list[Line]]) -> Iterator[tuple[str, str]]:
    """Yield the text before and after each hyphen at the end of a line."""
    for above, line in pairwise(line for page in free for line in page):
        if above.hyphen:
            yield above.text, line.text


def _blocks(page: int, lines: list[Line], edges: list[float], style: Style) -> list[Draft]:
    """Return the paragraphs of one page, without regard to other pages."""
    beside = columns.beside(lines)
    blocks: list[Draft] = []
    for at, line in enumerate(lines):
        above = lines[at - 1] if at else None
        if above is not None:
            cell = beside[at] or beside[at - 1]
            if not begins(blocks[-1], above, line, edges[at - 1], style, cell):
                blocks[-1].lines.append(line)
                blocks[-1].pages.append(page)
                continue
        block = Draft([line], [page])
        block.space_above = above is None or abs(line.y - above.y) > WIDE_STEP * style.leading * line.size
        blocks.append(block)
    return rows.join_rows(blocks)


def _around(page: RawPage, tables: list[list[Draft]], style: Style) -> list[Draft]:
    """Return the paragraphs of a page with tables that are already divided into rows."""
    starts = {id(table[0].lines[0]): table for table in tables}
    inside = {id(line) for table in tables for draft in table for line in draft.lines}
    blocks: list[Draft] = []
    run: list[Line] = []
    for line in [*page.free, None]:
        if line is None or id(line) in inside:
            blocks += _blocks(page.number, run, columns.right_edges(run, style), style)
            run = []
            blocks += starts.get(id(line), [])
        else:
            run.append(line)
    return blocks


def _mark_notes(blocks: list[Draft], style: Style) -> None:
    """Mark footnotes: set smaller than the text and below all of it, with the first one beginning with its mark."""
    at = len(blocks)
    while at and blocks[at - 1].size < _NOTE_SIZE * style.size:
        at -= 1
    notes = blocks[at:]
    if not at or not notes or not _FOOTNOTE.match(notes[0].lines[0].text):
        return
    if _REFERENCES.match(blocks[at - 1].lines[0].text):
        return
    lowest = max(line.y for block in blocks[:at] for line in block.lines)
    if notes[0].lines[0].y > lowest:
        for block in notes:
            block.note = True


def _join_over_page_break(before: list[Draft], blocks: list[Draft], page: int) -> bool:
    """Append the first block of a page to the last paragraph of the previous page, if it continues it."""
    last = next((draft for draft in reversed(before) if not draft.note), None)
    if last is None or not blocks or blocks[0].note or last.pages[-1] != page - 1:
        return False
    row = blocks[0].row
    if last.row is None and row is None:
        if not _goes_on(last, blocks[0]):
            return False
    elif last.row is None or row is None or not row.continues:
        return False
    last.absorb(blocks[0])
    return True


def _goes_on(draft: Draft, block: Draft) -> bool:
    """Return whether the first block of a page continues the last paragraph of the previous page."""
    above, line = draft.lines[-1], block.lines[0]
    if above.hyphen:
        return True
    if abs(above.size - line.size) > _SAME_POINTS or (above.bold_end != line.bold and draft.bold != block.bold):
        return False
    if line.text[0] in BULLETS or ends_sentence(above.text):
        return False
    lower = line.text[:1].islower()
    if draft.bold or not (draft.alone and block.alone):
        return lower and draft.bold == block.bold and not has_marker(line.text)
    if lower:
        return True
    # "… the report of\nOfsted": a capital may follow if the previous line was full.
    full = len(draft.lines) > 1 and above.x1 > max(other.x1 for other in draft.lines[:-1]) - _FULL_LINE * above.size
    return full and not has_marker(line.text)


def _set_text(draft: Draft, style: Style) -> None:
    """Join the lines of a draft into its text, and record where each page starts in it."""
    text = ""
    turns = []
    hyphen = False
    for at, line in enumerate(draft.lines):
        text = normalise.join(text, line.text, hyphen, style.words, style.hyphenated, typeset=style.typeset)
        if at and draft.pages[at] != draft.pages[at - 1]:
            turns.append((len(text) - len(line.text), draft.pages[at]))
        hyphen = line.hyphen
    draft.text = normalise.with_hyphen(text, hyphen)
    draft.turns = tuple(turns)
