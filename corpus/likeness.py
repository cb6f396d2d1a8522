"""Estimate how similar two texts are from fingerprints: a few numbers from which the text cannot be recovered.

A fingerprint is the smallest hashes of all runs of words in a text, salted per library. The share of hashes that two
texts have in common approximates the share of runs that they have in common. Runs are too long to be guessed from their
hashes, and too few hashes are kept to reconstruct a text.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

Fingerprint = tuple[int, ...]

ALMOST = 0.6
"""The likeness from which two texts are almost the same: for example, one with a name blacked out on each page."""

_RUN = 8  # words
_KEPT = 128  # numbers of one fingerprint
_WORD = re.compile(r"\w+")


def words(paragraphs: Iterable[str]) -> list[str]:
    """Return the words of a text in order, ignoring case."""
    return [word for text in paragraphs for word in _WORD.findall(text.casefold())]


def same_words(first: Sequence[str], second: Sequence[str], *, at_least: float) -> bool:
    """Return whether two texts have at least this share of their words in common, in the same order.

    The share is 2 × common / (first + second).
    """
    from rapidfuzz.distance import Indel  # imported here, because searches do not need it

    return Indel.normalized_similarity(first, second, score_cutoff=at_least) >= at_least


def fingerprint(paragraphs: Iterable[str], salt: bytes) -> Fingerprint:
    """Return the fingerprint of a text. Empty if it has no words."""
    said = [word.encode() for word in words(paragraphs)]
    if not said:
        return ()
    text = b" ".join(said)
    starts = [0, *accumulate(len(word) + 1 for word in said)]
    ends = [start - 1 for start in starts[_RUN:]] or [len(text)]
    smallest = heapq.nsmallest(
        _KEPT, _hashes([text[start:end] for start, end in zip(starts, ends, strict=False)], salt)
    )
    return tuple(int.from_bytes(each, "big") for each in smallest)


def likeness(first: Fingerprint, second: Fingerprint) -> float:
    """Return approximately which share of their word runs two texts have in common, from 0 to 1.

    Both fingerprints must have been made with the same salt.
    """
    smallest = heapq.nsmallest(_KEPT, {*first, *second})
    return len({*smallest} & {*first} & {*second}) / len(smallest) if smallest else 0.0


def _hashes(runs: Iterable[bytes], salt: bytes) -> set[bytes]:
    """Return the hash of each run.

    Copying a hash object that has already been started is faster than starting a new one.
    """
    begun = hashlib.blake2b(digest_size=8, key=salt)
    found = set()
    for run in runs:
        each = begun.copy()
        each.update(run)
        found.add(each.digest())
    return found
