"""Find where the matches of two clauses are near each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from index.matching.grouped import Grouped
from index.matching.matches import Found, Match, Words
from index.matching.result_set import Answer
from index.matching.sections import Layouts
from index.matching.spans import Span, in_one_paragraph, near, neighbours
from index.storage.term_postings import many

if TYPE_CHECKING:
    from index.matching.arrays import Keys


class Pairs(Match):
    """Spans of which only the first and last positions in each document are stored, because there are many."""

    def __init__(
        self,
        text: str,
        terms: Sequence[str],
        firsts: Grouped,
        lasts: Grouped,
    ) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._firsts = firsts
        self._lasts = lasts
        self.documents = set(firsts)

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return (self._firsts[document],)

    def spans(self, document: int) -> Sequence[Span]:
        return list(zip(self._firsts[document], self._lasts[document], strict=True))

    def weights(self) -> Mapping[int, float]:
        return {document: float(count) for document, count in self._firsts.counts().items()}

    @property
    def keys(self) -> Keys:
        """Return the first positions as one array."""
        return self._firsts.keys_of_all


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
    single = all(_is_words(match) for answer in (left, right) for match in answer.matches)
    both = sorted(left.documents & right.documents)
    if single and many(both):
        from index.matching import arrays

        size = both[-1] + 1
        wanted = arrays.only(left.masks(size) & right.masks(size), both) > 0
        sides = left.by_term(), right.by_term()
        return Pairs(text, terms, *arrays.near_by_document(*sides, wanted, distance, layout.paragraphs))
    kinds = zip(both, left.most_kinds(both), right.most_kinds(both), strict=True)
    shared = [document for document, one, other in kinds if one & other]
    left_in, right_in = left.starts(), right.starts()
    found: dict[int, Sequence[Span]] = {}
    for document in timed(shared):
        if single:
            spans = neighbours(left_in(document), right_in(document), distance)
            spans = in_one_paragraph(spans, layout(document)) if spans else spans
        else:
            spans = near(left.spans(document), right.spans(document), distance, layout(document))
        if spans:
            found[document] = spans
    return Found(text, terms, found)


def _is_words(match: Match) -> TypeGuard[Words]:
    """Return whether every match is a single token."""
    return isinstance(match, Words) and match.width == 1
