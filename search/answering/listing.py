"""Decide whether a sentence says something about the query, or only mentions it in a list or in part."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from index.ranking_policy import ENUMERATED_FACTOR, WORDS_FOR_A_COMMA
from search.answering.snippet import sentences

_ENUMERATES = re.compile(r"\b(?:such as|includ(?:e|es|ed|ing)|for example|e\.g|namely|as well as)\b", re.IGNORECASE)


def prose_factor(text: str, parts: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Return 1 for a sentence without commas that has all the parts found in the text, and less the more it looks like
    a list, follows words such as "including", or lacks parts.

    The sentence with most of the parts is judged. `parts` has the matches of each part of the query, as (start, end)
    characters of the text.
    """
    edges, present = [*sentences(text), len(text)], sum(map(bool, parts))
    best, factor = (0, 0), 1.0
    for number in sorted({bisect_right(edges, a) for some in parts for a, _ in some}):
        start, end = edges[number - 1], edges[number]
        inside = [[a for a, _ in some if start <= a < end] for some in parts]
        held = (sum(map(bool, inside)), sum(map(len, inside)))
        if held > best:
            first = min(a for some in inside for a in some) - start
            best, factor = held, held[0] / present * _plainness(text[start:end], first)
    return factor


def _plainness(sentence: str, first: int) -> float:
    """Return how little a sentence looks like a list. `first` is the start of the first match."""
    commas = sentence.count(",") * WORDS_FOR_A_COMMA / max(1, len(sentence.split()))
    return (ENUMERATED_FACTOR if _ENUMERATES.search(sentence, 0, first) else 1.0) / (1 + commas)
