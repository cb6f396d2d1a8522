"""Part of a report for reading: whole sections, with paragraphs joined across pages and matches highlighted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from corpus.model import Aside, AsideRole, Paragraph, Text
from corpus.report import Report
from reviews import citation
from reviews.web.reading.highlight import Piece, Span, pieces
from search.results import Hit

_AROUND = 30  # characters before and after a mention, used to find it on the page
_BEFORE, _AFTER = 8, 12  # pages of a long section that are shown before and after the requested one
_RUNNING = (AsideRole.HEADER, AsideRole.FOOTER, AsideRole.PAGE_NUMBER)  # would be between the halves of a sentence


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention.

    `number` counts from 1 in its report. `start` and `end` are character positions in its paragraph. `marks` is what to
    highlight, as such positions: the whole mention or, for plain words, the words that no earlier mention highlights.
    """

    number: int
    page: int
    ordinal: int
    start: int
    end: int
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The paragraphs from `start` to `end` (ordinals, end exclusive), on the pages `first` to `last`.

    `cut_before` and `cut_after` are pages of the same sections before and after, if these are too long to be shown in
    full.
    """

    start: int
    end: int
    first: int
    last: int
    cut_before: int | None = None
    cut_after: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or piece of boilerplate.

    `page` and `last` are those on which it begins and ends, and `begins` is whether `page` begins with it. `printed` is
    its printed number, and `number` is the same unless the text already starts with it. `cited` is whether to offer a
    citation for a heading, because it is a finding or contains a match.
    """

    pieces: list[Piece]
    ordinal: int | None = None
    page: int = 0
    last: int = 0
    begins: bool = False
    number: str | None = None
    printed: str | None = None
    heading: bool = False
    role: str | None = None
    citation: str = ""
    harvard: str = ""
    cited: bool = True


def part_of(text: Text, page: int) -> Part:
    """Return the sections that have a paragraph on a page or, if they are very long, the pages around it."""
    here = [paragraph for paragraph in text.paragraphs if paragraph.is_on(page)]
    if not here:
        after = next((p.ordinal for p in text.paragraphs if p.page > page), len(text.paragraphs))
        return Part(after, after, page, page)
    wanted = range(here[0].section, here[-1].section + 1)
    whole = [paragraph for paragraph in text.paragraphs if paragraph.section in wanted]
    shown = [p for p in whole if page - _BEFORE <= p.last_page and p.page <= page + _AFTER]
    return Part(
        shown[0].ordinal,
        shown[-1].ordinal + 1,
        shown[0].page,
        shown[-1].last_page,
        whole[0].page if whole[0] != shown[0] else None,
        shown[-1].last_page + 1 if whole[-1] != shown[-1] else None,
    )


def start_of(text: Text, page: int) -> str:
    """Return the fragment of an address that leads to a page inside its part of the report.

    It is the first paragraph that begins on the page ("#p12"), or the place where the page begins inside a longer
    paragraph ("#page-5"), or "" for a page without paragraphs.
    """
    here = [paragraph for paragraph in text.paragraphs if paragraph.is_on(page)]
    begins = next((f"#p{paragraph.ordinal}" for paragraph in here if paragraph.page == page), "")
    return begins or (f"#page-{page}" if here else "")


def section_at(text: Text, page: int) -> str:
    """Return the heading of the section in which a page begins."""
    first = next((p for p in text.paragraphs if p.is_on(page)), None)
    return text.sections[first.section].heading if first else ""


def shows_heading(text: Text, page: int, part: Part) -> bool:
    """Return whether the heading from `section_at` is in the text of a part."""
    here = next((p.section for p in text.paragraphs if p.is_on(page)), None)
    first = next((p for p in text.paragraphs if p.section == here), None)
    return first is not None and first.heading and part.start <= first.ordinal < part.end


def mentions(hit: Hit | None, text: Text) -> list[Mention]:
    """Return every mention in a report in order, with the page on which it starts."""
    found: list[Mention] = []
    for passage in hit.passages if hit else ():
        paragraph = text.paragraphs[passage.ordinal]
        marks = [(start + passage.offset, end + passage.offset) for start, end in passage.highlights]
        for start, end in passage.mentions:
            start, end = start + passage.offset, end + passage.offset
            own = tuple(mark for mark in marks if start <= mark[0] and mark[1] <= end)
            marks = [mark for mark in marks if mark not in own]
            found.append(Mention(len(found) + 1, paragraph.page_at(start), passage.ordinal, start, end, own))
    return found


def places(hit: Hit | None, text: Text) -> list[Mention]:
    """Return every mention or, if plain words are never together here, each paragraph that has some of them."""
    if hit is None or hit.together is not False:
        return mentions(hit, text)
    found: list[Mention] = []
    for passage in hit.passages:
        marks = tuple((start + passage.offset, end + passage.offset) for start, end in passage.highlights)
        if marks:
            page = text.paragraphs[passage.ordinal].page_at(marks[0][0])
            found.append(Mention(len(found) + 1, page, passage.ordinal, marks[0][0], marks[-1][1], marks))
    return found


def blocks(report: Report, text: Text, part: Part, found: list[Mention], link: str = "") -> Iterator[Block]:
    """Yield the paragraphs and boilerplate of a part in order, with matches highlighted and page breaks marked.

    `link` is the link to the report for citations, or "".
    """
    in_paragraph: dict[int, list[Mention]] = {}
    for mention in found:
        in_paragraph.setdefault(mention.ordinal, []).append(mention)
    asides = [
        (aside.before, 0, aside)
        for aside in text.asides
        if aside.role not in _RUNNING
        and part.first <= aside.page <= part.last
        and part.start <= aside.before <= part.end
    ]
    inside = [(p.ordinal, 1, p) for p in text.paragraphs[part.start : part.end]]
    everything: list[tuple[int, int, Aside | Paragraph]] = [*asides, *inside]
    saying = {ordinal for item in text.items for ordinal in range(item.first, item.last + 1)}
    page = 0
    for _, _, piece in sorted(everything, key=lambda each: each[:2]):
        begins, page = piece.page != page, piece.page
        if isinstance(piece, Aside):
            yield Block([Piece(piece.text)], page=page, begins=begins, role=piece.role.value)
            continue
        here = in_paragraph.get(piece.ordinal, [])
        there = f"{link}/pages/{page}#p{piece.ordinal}" if link else ""
        sentence = citation.citation(report, page, text.pages[page - 1].label, piece.number, piece.last_page)
        yield Block(
            list(_joined(piece, here)),
            ordinal=piece.ordinal,
            page=page,
            last=piece.last_page,
            begins=begins,
            number=None if piece.number and piece.text.startswith(piece.number) else piece.number,
            printed=piece.number,
            heading=piece.heading,
            cited=bool(here) or piece.ordinal in saying,
            citation=citation.linked(sentence, report, there),
            harvard=citation.harvard(report, there, page, piece.number, piece.last_page),
        )
        page = piece.last_page


def _joined(paragraph: Paragraph, here: list[Mention]) -> Iterator[Piece]:
    """Yield a whole paragraph, with a piece for each page break in it.

    A match across a page break is numbered only once.
    """
    numbered = [(mark, 0 if place else m.number) for m in here for place, mark in enumerate(m.marks)]
    for start, end, page in _ranges(paragraph):
        if start:
            yield Piece("", page=page)
        yield from pieces(
            paragraph.text,
            [mark for mark, _ in numbered],
            start,
            end,
            [number if mark[0] >= start else 0 for mark, number in numbered],
        )


def marks(text: Text, page: int, found: list[Mention]) -> list[tuple[str, str, str]]:
    """Return the matches to highlight on the image of a page, each with the text around it."""
    wanted = []
    for ordinal, mark in ((mention.ordinal, mark) for mention in found for mark in mention.marks):
        paragraph = text.paragraphs[ordinal]
        for start, end in ((start, end) for start, end, on in _ranges(paragraph) if on == page):
            left, right = max(start, mark[0]), min(end, mark[1])
            if left < right:
                before = paragraph.text[max(start, left - _AROUND) : left]
                wanted.append((before, paragraph.text[left:right], paragraph.text[right : min(end, right + _AROUND)]))
    return wanted


def _ranges(paragraph: Paragraph) -> Iterator[tuple[int, int, int]]:
    """Yield the part of a paragraph on each of its pages: start, end, page."""
    edges = [(0, paragraph.page), *paragraph.turns, (len(paragraph.text), 0)]
    yield from ((start, end, on) for (start, on), (end, _) in pairwise(edges))
