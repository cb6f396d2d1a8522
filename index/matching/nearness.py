"""Find where the matches of two clauses, or the words of a loose phrase, are near each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from index.matching.matches import Found, Match, Pairs, Runs, Words, parts_of, postings_of
from index.matching.result_set import Answer
from index.matching.sections import Layouts
from index.matching.spans import Span, in_one_paragraph, in_order, near, neighbours
from index.storage.term_postings import many


def near_matches(
    text: str,
    left: Answer,
    right: Answer,
    distance: int,
    layout: Layouts,
    timed: Callable[[Iterable[int]], Iterable[int]],
) -> Match:
    """Return the smallest spans within one paragraph that have a match of each side, in all documents.

    `text` is the clause as typed. `distance` is how many tokens may be in between. `timed` checks the deadline for each
    document that it passes on.
    """
    terms = [term for answer in (left, right) for match in answer.matches for term in match.terms]
    both = sorted(left.documents & right.documents)
    widths = [_width_of(answer) for answer in (left, right)]
    if many(both) and all(widths):
        from index.matching import arrays, windows

        wanted = arrays.wanted_of(_sharing_a_kind(left, right, both))
        one, other = (
            windows.Side([lists for match in answer.matches for lists in postings_of(match, both)], width)
            for answer, width in zip((left, right), widths, strict=True)
        )
        return Pairs(text, terms, *windows.near_by_document(one, other, wanted, distance, layout.paragraphs))
    left_in, right_in = left.starts(), right.starts()
    found: dict[int, Sequence[Span]] = {}
    for document in timed(_sharing_a_kind(left, right, both)):
        if widths == [1, 1]:
            spans = neighbours(left_in(document), right_in(document), distance)
            spans = in_one_paragraph(spans, layout(document)) if spans else spans
        else:
            spans = near(left.spans(document), right.spans(document), distance, layout(document))
        if spans:
            found[document] = spans
    return Found(text, terms, found)


def in_order_matches(
    text: str,
    words: Sequence[Words],
    slop: int,
    documents: Sequence[int],
    layout: Layouts,
    timed: Callable[[Iterable[int]], Iterable[int]],
) -> Match:
    """Return the smallest spans within one paragraph that have the words in order, with `slop` tokens in between.

    `text` is the phrase as typed. `documents` are those in which the words share a kind of section, ascending. For
    `timed`, see `near_matches`. The result has no terms.
    """
    if many(documents):
        from index.matching import arrays, windows

        slots, wanted = [word.by_term for word in words], arrays.wanted_of(documents)
        return Pairs(text, (), *windows.in_order_by_document(slots, wanted, slop, layout.paragraphs))
    readers = [word.reader() for word in words]
    found: dict[int, Sequence[Span]] = {}
    for document in timed(documents):
        if spans := in_order([read(document) for read in readers], slop, layout(document)):
            found[document] = spans
    return Found(text, (), found)


def _sharing_a_kind(left: Answer, right: Answer, documents: Sequence[int]) -> list[int]:
    """Return the documents in which both sides may be in sections of the same kind."""
    kinds = zip(documents, left.most_kinds(documents), right.most_kinds(documents), strict=True)
    return [document for document, one, other in kinds if one & other]


def _width_of(answer: Answer) -> int:
    """Return the number of tokens of each match if it is known and the same for all, otherwise 0."""
    parts = parts_of(answer.matches)
    widths = {part.width if isinstance(part, Words | Runs) else 0 for part in parts}
    return widths.pop() if len(widths) == 1 else 0
