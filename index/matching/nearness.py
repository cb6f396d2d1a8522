"""The places where the matches of two clauses are near each other."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeGuard

from index.matching.matches import Match, Words, many
from index.matching.result_set import Answer
from index.matching.spans import Span, in_one_paragraph, near, neighbours
from index.storage.engine import Layout


def near_by_document(
    left: Answer,
    right: Answer,
    distance: int,
    layout: Callable[[int], Layout],
    timed: Callable[[Iterable[int]], Iterable[int]],
) -> dict[int, Sequence[Span]]:
    """The smallest spans of one paragraph with a match of each side, for each document that has any. distance: tokens
    that may stand between. timed: checks the deadline for each document that it passes on.
    """
    single = all(_is_words(match) for answer in (left, right) for match in answer.matches)
    both = sorted(left.documents & right.documents)
    kinds = zip(both, left.most_kinds(both), right.most_kinds(both), strict=True)
    shared = [document for document, one, other in kinds if one & other]
    if single and many(shared):
        from index.matching import arrays

        lefts, rights = (answer.keys(shared) for answer in (left, right))
        return arrays.near_by_document(lefts, rights, distance, layout)
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
    return found


def _is_words(match: Match) -> TypeGuard[Words]:
    """Whether every match is a single token."""
    return isinstance(match, Words) and match.width == 1
