"""Choose the paragraphs of a report that answer a query best, and locate the matches in them."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise
from math import log
from operator import mul
from types import MappingProxyType

from corpus.errors import Corrupt
from corpus.model import Page, Paragraph, Section
from corpus.texts import Texts
from index import analyser
from index.matching.matches import Match
from index.matching.spans import Span
from index.matching.together import narrowest
from index.ranking_policy import (
    COVERED_FACTOR,
    FULL_PARAGRAPH,
    NEARBY_FACTOR,
    NEARBY_PARAGRAPHS,
    PASSAGE_SECTION_WEIGHTS,
    REPETITION_WEIGHT,
    SHORTLIST_FACTOR,
)
from index.storage.engine import KINDS, Layout
from search.answering.snippet import MAX_PASSAGE, best_snippet
from search.results import Passage

_PASSAGE_WEIGHTS = [PASSAGE_SECTION_WEIGHTS.get(kind, 1.0) for kind in KINDS]  # by the section's code in the index

Located = Sequence[tuple[int, Sequence[Span], Sequence[int]]]
"""The parts of a query that match a document: index of the part, its spans, and the paragraph of each span."""

SpansByPart = dict[int, list[Span]]
"""The matches in one paragraph, by the index of the part of the query."""


def best_paragraphs(
    matches: Sequence[tuple[Match, float]], document: int, layout: Layout, length: int, wanted: int | None
) -> list[int]:
    """Return the ordinals of the best paragraphs, best first.

    With wanted=None, return all paragraphs with a match in order. `matches` come with their idf. `length` is the
    document's number of tokens.
    """
    located = locate([match for match, _ in matches], document, layout)
    if wanted is None:
        return sorted(set().union(*(ordinals for _, _, ordinals in located)))
    if not located or not wanted:
        return []
    weights = [weight for _, weight in matches]
    values = paragraph_values(counted(located), weights)
    scores = weighted(values, layout, length)
    best_first = [ordinal for _, ordinal in sorted([(-score, o) for o, score in scores.items()])]
    shortlist = sorted(best_first[: SHORTLIST_FACTOR * wanted])
    spans = spans_by_part(located, shortlist)
    factors = [scores[o] * _proximity(spans[o]) / (values[o] or 1.0) for o in shortlist]
    return _choose(shortlist, factors, [values[o] for o in shortlist], spans, weights, wanted)


def locate(matches: Sequence[Match], document: int, layout: Layout) -> Located:
    """Return where in a document the parts of a query match."""
    found = [(number, match.spans(document)) for number, match in enumerate(matches) if document in match.documents]
    starts = layout.starts
    return [(number, spans, [bisect_right(starts, first) - 1 for first, _ in spans]) for number, spans in found]


def weighted(values: Mapping[int, float], layout: Layout, length: int) -> dict[int, float]:
    """Adjust the values of paragraphs: higher in sections that readers look for first, lower for a heading or a short
    item.
    """
    if not values:  # for a report without text
        return {}
    ends = [*layout.starts[1:], layout.starts[-1] + length]
    return {
        ordinal: value
        * _PASSAGE_WEIGHTS[layout.kinds[ordinal]]
        * min(1.0, (ends[ordinal] - layout.starts[ordinal]) / FULL_PARAGRAPH)
        for ordinal, value in values.items()
    }


def counted(located: Located) -> list[tuple[int, Counter[int]]]:
    """Return how often each part of the query matches in each paragraph."""
    return [(number, Counter(ordinals)) for number, _, ordinals in located]


def paragraph_values(counts: Sequence[tuple[int, Counter[int]]], weights: Sequence[float]) -> dict[int, float]:
    """Return the total value of the matches in each paragraph. `counts` are those of `counted`."""
    values: dict[int, float] = {}
    for number, counter in counts:
        for ordinal, count in counter.items():
            values[ordinal] = values.get(ordinal, 0) + weights[number] * _repetition(count)
    return values


def spans_by_part(located: Located, shortlist: Sequence[int]) -> dict[int, SpansByPart]:
    """Return the matches in each shortlisted paragraph.

    Empty for a query with one part, for which closeness is meaningless.
    """
    found: dict[int, SpansByPart] = {ordinal: {} for ordinal in shortlist}
    if len(located) > 1:
        for number, spans, ordinals in located:
            for ordinal, parts in found.items():
                if some := spans[bisect_left(ordinals, ordinal) : bisect_right(ordinals, ordinal)]:
                    parts[number] = list(some)
    return found


def _choose(
    candidates: list[int],
    factors: list[float],
    values: list[float],
    spans: Mapping[int, SpansByPart],
    weights: Sequence[float],
    wanted: int,
) -> list[int]:
    """Choose the best paragraphs one by one.

    Each choice lowers the score of its neighbours and of what it already shows. `candidates` are ordinals, ascending. A
    candidate's score is its factor times its value.
    """
    chosen: list[int] = []
    while candidates and len(chosen) < wanted:
        scores = list(map(mul, factors, values))
        at = scores.index(max(scores))  # of equals, the first in the report
        best = candidates.pop(at)
        del factors[at], values[at]
        chosen.append(best)
        if covered := spans[best]:
            weights = [weight * COVERED_FACTOR if n in covered else weight for n, weight in enumerate(weights)]
            values = [_value(spans[o], weights) for o in candidates]
        first, end = best - NEARBY_PARAGRAPHS, best + NEARBY_PARAGRAPHS
        for near in range(bisect_left(candidates, first), bisect_right(candidates, end)):
            factors[near] *= NEARBY_FACTOR
    return chosen


def _value(spans: SpansByPart, weights: Sequence[float]) -> float:
    """Return the value of a paragraph: how many different parts of the query match counts most, then how often each
    matches.
    """
    return sum([weights[number] * _repetition(len(some)) for number, some in spans.items()])


@lru_cache(1024)
def _repetition(count: int) -> float:
    return 1 + REPETITION_WEIGHT * log(count)


def _proximity(spans: SpansByPart) -> float:
    """Return 1 for one part of the query, and up to 2 for several: more the closer together they are."""
    if len(spans) < 2:
        return 1.0
    return 1 + 1 / (1 + narrowest(list(spans.values())) / len(spans))


def passages(
    source: Texts,
    reading: int,
    ordinals: Sequence[int],
    spans: Sequence[Span],
    layout: Layout,
    *,
    every: bool,
    around: Sequence[Span] | None = None,
    mentions: Sequence[Span] | None = None,
    known: Mapping[int, Paragraph] = MappingProxyType({}),
) -> list[Passage]:
    """Return the paragraphs as passages, in the given order.

    With `every`, return one passage for each page of a paragraph that has mentions; otherwise one passage, cut to the
    sentences with the most matches. `spans` are all highlighted spans, in order. `around` are the spans that decide the
    cut, if different. `mentions` are the spans to count, if different. `known` are paragraphs that have been read, by
    ordinal.
    """
    if not ordinals:
        return []
    texts = {ordinal: known[ordinal] for ordinal in ordinals if ordinal in known}
    if len(texts) < len(ordinals):
        new = [ordinal for ordinal in ordinals if ordinal not in texts]
        texts.update((paragraph.ordinal, paragraph) for paragraph in source.paragraphs(reading, new))
    numbers = {
        number for paragraph in texts.values() for number in (paragraph.page, *(page for _, page in paragraph.turns))
    }
    pages = {page.number: page for page in source.pages(reading, numbers)}
    headings = {paragraph.section for paragraph in texts.values()}
    sections = {section.ordinal: section for section in source.sections(reading, headings)}
    found: list[Passage] = []
    for ordinal in ordinals:
        paragraph = texts[ordinal]
        highlights, counted, wanted = _highlights(paragraph, (spans, mentions or (), around or ()), layout)
        if mentions is None:
            counted = highlights
        pieces = _pieces(paragraph, counted or highlights)
        if not every:
            wanted = wanted or highlights
            if any(last - first > MAX_PASSAGE for first, last in wanted):
                wanted = highlights
            start, end = max(pieces, key=lambda piece: (_count(piece, wanted), -piece[0]))
            pieces = [best_snippet(paragraph.text, start, end, wanted, MAX_PASSAGE)]
        found.extend(_passage(paragraph, piece, highlights, counted, pages, sections) for piece in pieces)
    return found


def spans_in(spans: Sequence[Span], layout: Layout, ordinal: int) -> Sequence[Span]:
    """Return the spans that begin in a paragraph. `spans` must be in order."""
    if not spans:
        return ()
    following = layout.starts[ordinal + 1 : ordinal + 2]
    end = bisect_left(spans, (following[0], 0)) if following else len(spans)
    return spans[bisect_left(spans, (layout.starts[ordinal], 0)) : end]


def _highlights(paragraph: Paragraph, several: Sequence[Sequence[Span]], layout: Layout) -> list[list[tuple[int, int]]]:
    """Return, for each list of spans, those that begin in a paragraph, as (start, end) characters of its text."""
    inside = [spans_in(spans, layout, paragraph.ordinal) for spans in several]
    return characters(paragraph, inside, layout.starts[paragraph.ordinal])


def characters(paragraph: Paragraph, several: Iterable[Sequence[Span]], start: int) -> list[list[tuple[int, int]]]:
    """Convert lists of spans to (start, end) characters of their paragraph, reading its tokens once.

    `start` is the position of its first token.
    """
    lists = [[(first - start, last - start) for first, last in spans] for spans in several]
    try:
        places = iter(analyser.places(paragraph.searched, chain.from_iterable(lists)))
    except IndexError as error:
        raise Corrupt(
            "The index has more words of a paragraph than the corpus: one of the two was changed. Run "
            "`reviews index --rebuild`."
        ) from error
    return [list(islice(places, len(some))) for some in lists]


def _pieces(paragraph: Paragraph, highlights: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Split the text at its page breaks, but not inside a match.

    Returns the pieces with a match or, if there are none, the first.
    """
    turns = [offset for offset, _ in paragraph.turns]
    kept = [turn for turn in turns if not any(start < turn < end for start, end in highlights)]
    edges = [0, *kept, len(paragraph.text)]
    pieces = list(pairwise(edges))
    return [piece for piece in pieces if _count(piece, highlights)] or pieces[:1]


def _count(piece: tuple[int, int], highlights: Sequence[tuple[int, int]]) -> int:
    return sum(piece[0] <= start < piece[1] for start, _ in highlights)


def _passage(
    paragraph: Paragraph,
    piece: tuple[int, int],
    highlights: Sequence[tuple[int, int]],
    mentions: Sequence[tuple[int, int]],
    pages: Mapping[int, Page],
    sections: Mapping[int, Section],
) -> Passage:
    start, end = piece
    while start < end and paragraph.text[start].isspace():
        start += 1
    while end > start and paragraph.text[end - 1].isspace():
        end -= 1
    page = paragraph.page_at(start)
    shown = _within(start, end, highlights)
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
        highlights=shown,
        mentions=shown if mentions is highlights else _within(start, end, mentions),
        more_before=start > 0,
        more_after=end < len(paragraph.text),
        ocr=pages[page].reader == "ocr",
        confidence=pages[page].confidence,
    )


def _within(start: int, end: int, places: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((a - start, b - start) for a, b in places if start <= a and b <= end)
