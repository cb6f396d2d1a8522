"""How people begin a request: `tell me about`, `lessons about`, `what did the review say about`.

These words ask for something, and do not say about what. A report does not need to have them, so they are left out of
plain words. The list is our own (docs/adr/0032). It comes from how people begin requests, among them the judged
sentences. It has only beginnings that are hardly ever a subject: `lessons about`, but not lessons; `reports about`, but
not `reports of`, because a report of abuse is not a document; `key learning about`, but not `learning about`, because
pupils learn about consent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

OPENINGS = """
please
tell|show|give|find|get|remind me|us [about]
can|could|will|would you [please] tell|show|give|find|get|explain|describe|list [me|us] [about]
i|we want|need|wish to know|see|find|read|understand|learn [about]
i|we would like to know|see|find|read|understand|learn [about]
i'd|we'd like to know|see|find|read|understand|learn [about]
i|we am|are looking for
i'm|we're looking for
looking|look|searching|search for
do you have [any|some] information|examples|evidence|cases|reports|reviews|lessons
have you got [any|some] information|examples|evidence|cases|reports|reviews|lessons

find|list|show|give|get|need|want [all|any|some|the|good] lessons|examples|cases|reports|reviews about|of|where|that|on
[any|some|all|the|other|more|good|key|main] lessons [learned|learnt|identified] about|from|on|for|regarding|around
any|some|all|the|other|more|good|key|main learning about|on|regarding|around
[any|some|all|the|other|more|good] example|examples of|where|when
[any|some|all|the|other|more] cases|instances of|where|when|that
[any|some|all|the|other|more] cases|instances|reports|reviews in which
[any|some|all|the|other|more] reports|reviews about|on|where|when|that
[any|some|all|the|other|more] information about|on
anything|something|everything|more about|on

what do|does|did|can REVIEW say|find|show|tell [us]
what have|has REVIEW said|found|shown|told [us]
what REVIEW say|says|said|find|finds|found|show|shows|showed|tell|tells|told [us]
do|does|did REVIEW say|find|show|mention [anything|something] about|on|that
has|have REVIEW said|found|shown|mentioned [anything|something] about|on|that
according to REVIEW
what is|are|has|have [been] said|known|learned|learnt|written about|of|on|from
what was|were said|learned|learnt|written about|of|on|from
what can|could|do|did|should [we|i|you|others|practitioners|professionals|services|agencies] learn about|from
what do|did [we] know|say about|of
how can|could|do we|you|i tell|know
what happens|happened when|if|after|to|with|where
what lessons|learning|examples|evidence|information|cases|reports is|are|was|were there
what lessons|learning is|are|was|were|can|could|have [be|been] learned|learnt|drawn
is|are|was|were there [any|some] examples|evidence|information|cases|reports|reviews|lessons of|that|about|on|where|when
what sort|kind|kinds|type|types of

how|what|when|where|why|who|which can|could|may|might|must|shall|will
how many|much|often|well|good|far
"""
"""One beginning per line. Words with | between them are alternatives, and what is in square brackets may be missing.
REVIEW is any of the alternatives in `REVIEWS`, as one or more words.
"""

REVIEWS = """
[the|this|that|these|those|any|a] [serious|local|child] [case|safeguarding|inspection] [practice]
review|reviews|report|reports|reviewer|reviewers|inspector|inspectors|inspection|inspections|author|authors|panel|ofsted
"""

_Slot = tuple[frozenset[str], bool]
"""The words that can be in one place of a beginning, and whether the place may be empty."""


def opening(words: Sequence[str]) -> int:
    """Return how many of the folded words are a beginning, or several in a row: the longest that fits each time."""
    at = 0
    while longest := max((_length(slots, words, at) for slots in _lines_from(words[at : at + 1])), default=0):
        at += longest
    return at


def _length(slots: Sequence[_Slot], words: Sequence[str], at: int) -> int:
    """Return how many words from one place on fit a beginning: 0 if it does not fit."""
    reached = {at}
    for choices, optional in slots:
        after = {place + 1 for place in reached if place < len(words) and words[place] in choices}
        reached = reached | after if optional else after
    return max(reached, default=at) - at


def _lines_from(first: Sequence[str]) -> Sequence[Sequence[_Slot]]:
    """Return the beginnings that can start with a word. `first` has at most one."""
    return _by_first().get(first[0], ()) if first else ()


@cache
def _by_first() -> dict[str, list[list[_Slot]]]:
    found: dict[str, list[list[_Slot]]] = {}
    for line in filter(None, OPENINGS.splitlines()):
        slots = [_slot(part) for part in line.replace("REVIEW", REVIEWS).split()]
        for choices, optional in slots:
            for word in choices:
                found.setdefault(word, []).append(slots)
            if not optional:
                break
    return found


def _slot(part: str) -> _Slot:
    return frozenset(part.strip("[]").split("|")), part.startswith("[")
