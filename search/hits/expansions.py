"""What each part of a query stands for, in how many reports it is, and how often when it is counted on its own."""

from __future__ import annotations

from collections.abc import Callable

from index.matching.matches import Match, Words, all_mentions
from index.matching.result_set import Answer
from search.results import Expansion

_MORE_TERMS = 40  # of an expansion that are shown


def expansions(answer: Answer, *, count: bool, tick: Callable[[], None]) -> tuple[Expansion, ...]:
    """The parts of the query. count: also how many mentions each has, as if the reports of the answer were asked for it
    alone. Where parts overlap, that is more than the mentions of the query. tick: called inside the loop.
    """

    def mentions(match: Match) -> int:
        tick()
        among = match.documents & answer.documents
        if match.apart or (isinstance(match, Words) and match.width == 1 and len(match.terms) == 1):
            occurrences = match.occurrences()  # known without reading positions
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
