"""The paragraphs of a report that answer a query best, and where in them the matches are."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import log
from operator import mul

from corpus.model import Page, Paragraph, Section, SectionKind
from corpus.storage.store import Store
from index import analyser
from index.matching.matches import Match
from index.matching.spans import Span
from index.storage.engine import KINDS, Layout
from search.answering.snippet import window
from search.results import Passage

LONGEST = 600
"""Characters of a passage that is shown as one of the best; a list of every mention shows whole paragraphs."""

_LOOKED_FOR = {
    # Practitioners go straight to what was recommended and found; lists and appendices repeat it.
    SectionKind.RECOMMENDATIONS: 1.3,
    SectionKind.FINDINGS: 1.2,
    SectionKind.LEARNING: 1.2,
    SectionKind.SUMMARY: 1.1,
    SectionKind.APPENDIX: 0.6,
    SectionKind.TERMS_OF_REFERENCE: 0.7,
}
_LOOKED_FOR_BY_CODE = [_LOOKED_FOR.get(kind, 1.0) for kind in KINDS]
_NEARBY = 0.7  # what a paragraph is worth when one next to it was already chosen
_CLOSE = 3  # paragraphs that count as next to it
_SAID = 0.5  # what a part of the query is worth that a chosen paragraph has already shown
_FEW_WORDS = 12  # a heading or a line of a list answers less well than a sentence
_SHORTLIST = 12  # paragraphs that are looked at closely, for each that is wanted

Places = Mapping[int, Sequence[Span]]
"""The matches in one paragraph, by the number of the part of the query."""


def best_paragraphs(
    matches: Sequence[tuple[Match, float]], document: int, layout: Layout, length: int, wanted: int | None
) -> list[int]:
    """Ordinals of the best paragraphs, best first; with wanted=None all that have a match, in order.

    matches: with how much each tells. length: tokens of the document.
    """
    held = [(number, match.spans(document)) for number, (match, _) in enumerate(matches) if document in match.documents]
    starts = layout.starts
    placed = [(number, spans, [bisect_right(starts, first) - 1 for first, _ in spans]) for number, spans in held]
    if wanted is None:
        return sorted(set().union(*(ordinals for _, _, ordinals in placed)))
    if not placed or not wanted:
        return []
    tells = [weight for _, weight in matches]
    ends = [*starts[1:], starts[-1] + length]
    worth: dict[int, float] = {}
    for number, _, ordinals in placed:
        for ordinal, often in Counter(ordinals).items():
            worth[ordinal] = worth.get(ordinal, 0) + tells[number] * _often(often)
    scores = {
        ordinal: value
        * _LOOKED_FOR_BY_CODE[layout.kinds[ordinal]]
        * min(1.0, (ends[ordinal] - starts[ordinal]) / _FEW_WORDS)
        for ordinal, value in worth.items()
    }
    shortlist = [ordinal for _, ordinal in sorted([(-score, o) for o, score in scores.items()])[: _SHORTLIST * wanted]]
    shortlist.sort()
    found: dict[int, dict[int, list[Span]]] = {ordinal: {} for ordinal in shortlist}
    if len(placed) > 1:  # one part alone stands with nothing, and is said by every paragraph alike
        for number, spans, ordinals in placed:
            for span, ordinal in zip(spans, ordinals, strict=True):
                if ordinal in found:
                    found[ordinal].setdefault(number, []).append(span)
    factors = [scores[o] * _togetherness(found[o]) / (worth[o] or 1.0) for o in shortlist]
    worths = [worth[o] for o in shortlist]
    chosen: list[int] = []
    while shortlist and len(chosen) < wanted:
        values = list(map(mul, factors, worths))
        at = values.index(max(values))  # the first in the report of those that are alike
        best = shortlist.pop(at)
        del factors[at], worths[at]
        chosen.append(best)
        if len(placed) > 1:
            tells = [weight * _SAID if number in found[best] else weight for number, weight in enumerate(tells)]
            worths = [_worth(found[o], tells) for o in shortlist]
        for near in range(bisect_left(shortlist, best - _CLOSE), bisect_right(shortlist, best + _CLOSE)):
            factors[near] *= _NEARBY
    return chosen


def _worth(by_match: Places, tells: Sequence[float]) -> float:
    """Different parts of the query count most, then how often they stand there."""
    return sum([tells[number] * _often(len(spans)) for number, spans in by_match.items()])


@lru_cache(1024)
def _often(often: int) -> float:
    return 1 + 0.3 * log(often)


def _togetherness(by_match: Places) -> float:
    """1 for one part of the query; up to 2 for several, the closer together the more."""
    if len(by_match) < 2:
        return 1.0
    return 1 + 1 / (1 + _closeness(list(by_match.values())) / len(by_match))


def _closeness(groups: Sequence[Sequence[Span]]) -> int:
    """The width in tokens of the smallest window that holds a span of each group."""
    places = sorted((span, number) for number, spans in enumerate(groups) for span in spans)
    latest: dict[int, int] = {}
    smallest = places[-1][0][1] - places[0][0][0] + 1
    for (first, last), number in places:
        latest[number] = first
        if len(latest) == len(groups):
            smallest = min(smallest, last - min(latest.values()) + 1)
    return smallest


def passages(
    store: Store,
    reading: int,
    ordinals: Sequence[int],
    spans: Sequence[Span],
    layout: Layout,
    *,
    every: bool,
    around: Sequence[Span] | None = None,
) -> list[Passage]:
    """The paragraphs as passages, in the order given. every: whole, and each further page of one that has matches;
    otherwise the sentences of it that have the most. around: those of the mentions that count for that, if not all.
    """
    if not ordinals:
        return []
    texts = {paragraph.ordinal: paragraph for paragraph in store.paragraphs(reading, ordinals)}
    numbers = {
        number for paragraph in texts.values() for number in (paragraph.page, *(page for _, page in paragraph.turns))
    }
    pages = {page.number: page for page in store.pages(reading, numbers)}
    headed = {paragraph.section for paragraph in texts.values()}
    sections = {section.ordinal: section for section in store.sections(reading, headed)}
    found: list[Passage] = []
    for ordinal in ordinals:
        paragraph = texts[ordinal]
        highlights = _marked(paragraph, spans, layout)
        pieces = _pieces(paragraph, highlights)
        if not every:
            wanted = (_marked(paragraph, around, layout) if around is not None else []) or highlights
            start, end = max(pieces, key=lambda piece: (_held(piece, wanted), -piece[0]))
            pieces = [window(paragraph.text, start, end, wanted, LONGEST)]
        found.extend(_passage(paragraph, piece, highlights, pages, sections) for piece in pieces)
    return found


def _inside(spans: Sequence[Span], layout: Layout, ordinal: int) -> Sequence[Span]:
    """Those of the mentions, which are in order, that begin in a paragraph."""
    following = layout.starts[ordinal + 1 : ordinal + 2]
    end = bisect_left(spans, (following[0], 0)) if following else len(spans)
    return spans[bisect_left(spans, (layout.starts[ordinal], 0)) : end]


def _marked(paragraph: Paragraph, spans: Sequence[Span], layout: Layout) -> list[tuple[int, int]]:
    """Where those of the mentions stand that begin in a paragraph, in characters of its text."""
    start = layout.starts[paragraph.ordinal]
    inside = _inside(spans, layout, paragraph.ordinal)
    return analyser.places(paragraph.searched, [(first - start, last - start) for first, last in inside])


def _pieces(paragraph: Paragraph, highlights: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of the text that stand on one page each and have a match; parts that a match runs across are one."""
    turns = [offset for offset, _ in paragraph.turns]
    kept = [turn for turn in turns if not any(start < turn < end for start, end in highlights)]
    edges = [0, *kept, len(paragraph.text)]
    pieces = list(pairwise(edges))
    return [piece for piece in pieces if _held(piece, highlights)] or pieces[:1]


def _held(piece: tuple[int, int], highlights: Sequence[tuple[int, int]]) -> int:
    return sum(piece[0] <= start < piece[1] for start, _ in highlights)


def _passage(
    paragraph: Paragraph,
    piece: tuple[int, int],
    highlights: Sequence[tuple[int, int]],
    pages: Mapping[int, Page],
    sections: Mapping[int, Section],
) -> Passage:
    start, end = piece
    while start < end and paragraph.text[start].isspace():
        start += 1
    while end > start and paragraph.text[end - 1].isspace():
        end -= 1
    page = paragraph.page_at(start)
    section = sections[paragraph.section]
    return Passage(
        page=page,
        page_end=paragraph.page_at(max(start, end - 1)),
        page_label=pages[page].label,
        paragraph=paragraph.number,
        ordinal=paragraph.ordinal,
        section_kind=section.kind,
        section_heading=section.heading,
        offset=start,
        text=paragraph.text[start:end],
        highlights=tuple((a - start, b - start) for a, b in highlights if start <= a and b <= end),
        more_before=start > 0,
        more_after=end < len(paragraph.text),
        ocr=pages[page].reader == "ocr",
        confidence=pages[page].confidence,
    )
