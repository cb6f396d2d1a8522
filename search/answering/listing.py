"""Whether a sentence says something of what was asked, or only names it in a list."""

import re
from collections.abc import Sequence

from index.ranking_policy import ENUMERATED_FACTOR, WORDS_FOR_A_COMMA
from search.answering.snippet import sentences

_ENUMERATES = re.compile(r"\b(?:such as|includ(?:e|es|ed|ing)|for example|e\.g|namely|as well as)\b", re.IGNORECASE)


def said(text: str, parts: Sequence[Sequence[tuple[int, int]]]) -> float:
    """1 for a sentence without a comma; less, the more it is a list, and less after words such as "including".

    It is the sentence with most of the parts. parts: where each part of a query matches, as (start, end) characters of
    the text.
    """
    starts = sentences(text)
    ends = [*starts[1:], len(text)]
    best, factor = (0, 0), 1.0
    for start, end in zip(starts, ends, strict=True):
        inside = [[a for a, _ in some if start <= a < end] for some in parts]
        held = (sum(map(bool, inside)), sum(map(len, inside)))
        if held > best:
            best, factor = held, _plainness(text[start:end], min(a for some in inside for a in some) - start)
    return factor


def _plainness(sentence: str, first: int) -> float:
    """first: where the first match begins."""
    commas = sentence.count(",") * WORDS_FOR_A_COMMA / max(1, len(sentence.split()))
    return (ENUMERATED_FACTOR if _ENUMERATES.search(sentence, 0, first) else 1.0) / (1 + commas)
