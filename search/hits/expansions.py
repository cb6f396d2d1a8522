"""Report what each part of a query stands for, in how many reports it occurs, and how often if counted separately."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from index import analyser
from index.matching.matches import Match, Words, all_mentions
from index.matching.result_set import Answer
from search.results import Expansion

_MORE_TERMS = 40  # terms of an expansion that are shown


def with_other_words(found: Iterable[Expansion]) -> list[Expansion]:
    """Return the parts of the query that stand for other words than the ones typed."""
    return [each for each in found if len(each.terms) > 1 or (each.terms and each.terms[0] != _folded(each.text))]


def _folded(text: str) -> str:
    return " ".join(term for term, _ in analyser.terms(text))


def expansions(answer: Answer, *, count: bool, tick: Callable[[], None]) -> tuple[Expansion, ...]:
    """Return the parts of the query.

    With `count`, also count the mentions of each part in the reports of the answer as if it were the only query. If
    parts overlap, these add up to more than the mentions of the query. `tick` is called inside the loop.
    """

    def mentions(match: Match) -> int:
        tick()
        among = match.documents & answer.documents
        if match.apart or (isinstance(match, Words) and match.width == 1 and len(match.terms) == 1):
            occurrences = match.occurrences()  # available without reading positions
            return sum(round(occurrences[document]) for document in among)
        match.ahead(sorted(among))
        return sum(len(all_mentions([match], document)) for document in sorted(among))

    found = {
        match.text: Expansion(
            match.text, match.terms[:_MORE_TERMS], len(match.documents), mentions(match) if count else None
        )
        for match in answer.matches
    }
    return tuple(found.values())
