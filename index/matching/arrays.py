"""Positions in all documents at once, for clauses that match in many documents.

Only this module and `windows` import numpy. That takes as long as a short search, so it happens only when needed.
A key is a document number times 2³² plus a position, so keys of different documents are never close together.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.matching.grouped import Grouped
from index.storage.engine import Layout
from index.storage.postings import Postings
from index.storage.term_postings import Lists

Keys = NDArray[np.int64]  # ascending; they may repeat

Masks = NDArray[np.uint16]
"""The section mask of each document by its number. The last item applies to all higher document numbers."""

Wanted = NDArray[np.bool_]  # whether each document is wanted, in the same form


class Paragraphs(NamedTuple):
    """The paragraphs of several documents.

    `starts` are the keys at which they start, ascending. `sections` are those at which another document or kind of
    section starts, and `masks` has the section mask of each of these.
    """

    starts: Keys
    sections: Keys
    masks: Masks


BITS = 32  # of a position in a key
_POSITION = (1 << BITS) - 1
BEHIND = 1 << 62  # above any key
_BLOCK = 1 << 16  # keys merged at a time, to fit in the processor's cache
_FEW = 128  # documents: up to this many, positions can be read one by one
_A_READ = 2048  # positions that take as long to read at once as those of a single document
_STEPS = 64, 8, 1  # one position in this many is examined first: for frequent words, that is enough for most documents
_SEVERAL = 16  # if a list is more than 16 times as long, it is searched by bisection instead of merged


def wanted_of(documents: Collection[int]) -> Wanted:
    """Return the documents as an array."""
    wanted = np.zeros(max(documents, default=-1) + 2, bool)  # the last entry stands for all later documents
    wanted[np.fromiter(documents, np.int64, len(documents))] = True
    return wanted


def keys_where(by_term: Iterable[Lists], wanted: Wanted) -> Keys:
    """Return the keys of several terms in the wanted documents.

    `by_term` has, for each term, the postings of each segment and the number to add to its document numbers.
    """
    return merged(keys_of_terms(by_term, wanted))


def keys_of_terms(by_term: Iterable[Lists], wanted: Wanted) -> list[Keys]:
    """Like `keys_where`, with a separate array for each term."""
    terms = [[_keys(base, postings, wanted) for base, postings in lists] for lists in by_term if lists]
    return [np.concatenate(parts) if len(parts) > 1 else parts[0] for parts in terms]


def merged(several: Sequence[Keys]) -> Keys:
    """Merge several arrays of keys into one."""
    if len(several) == 1:
        return several[0]
    found: Keys = np.concatenate([*several, np.empty(0, np.int64)])
    found.sort(kind="stable")  # merges runs, and each of the arrays is one
    return found


def _keys(base: int, postings: Postings, wanted: Wanted) -> Keys:
    documents = np.asarray(postings.documents, np.int64) + base
    ends = np.asarray(postings.ends, np.int64)
    begins = np.append(0, ends[:-1])
    held = np.flatnonzero(wanted[np.minimum(documents, len(wanted) - 1)])
    if len(held) < len(documents):
        documents, begins, ends = documents[held], begins[held], ends[held]
    counts = ends - begins
    if len(held) < _FEW and len(held) * _A_READ < postings.size:  # the other positions are not even read
        several = [np.asarray(postings.at(place), np.uint32) for place in held.tolist()]
        positions = np.concatenate([*several, np.empty(0, np.uint32)])
    else:
        positions = np.asarray(postings.positions)
        if len(counts) < len(postings.documents):
            positions = positions[np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())]
    found: Keys = np.repeat(documents << BITS, counts)
    found |= positions
    return found


def blocks(by_term: Iterable[Lists], size: int) -> Iterator[tuple[int, int]]:
    """Yield the documents as ranges (first, end), end exclusive. The last has all documents from `size` on.

    In each, the keys of the terms fit in the processor's cache: allocating fresh memory takes longer than using it.
    """
    counts = np.zeros(size + 1, np.int64)
    for lists in by_term:
        for base, postings in lists:
            places = np.minimum(np.asarray(postings.documents, np.int64) + base, size)
            counts[places] += np.diff(np.asarray(postings.ends), prepend=np.uint32(0))
    total = np.cumsum(counts[:size])
    edges = np.searchsorted(total, np.arange(_BLOCK, total[-1] if size else 0, _BLOCK)) + 1
    return pairwise([0, *distinct(edges[edges < size]).tolist(), BEHIND])


def distinct(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers without repetitions. The first use of numpy's own function takes as long as a search."""
    different: NDArray[np.int64] = ascending[np.diff(ascending, prepend=-1) != 0]
    return different


def cut(by_term: Iterable[Lists], first: int, end: int) -> list[Lists]:
    """Return the postings of several terms in a range of documents, end exclusive."""
    found: list[Lists] = []
    for lists in by_term:
        parts = []
        for base, postings in lists:
            begin, last = np.searchsorted(np.asarray(postings.documents, np.int64), (first - base, end - base)).tolist()
            if begin < last:
                parts.append((base, postings.between(begin, last)))
        found.append(parts)
    return found


def masks(by_term: Iterable[Lists], size: int) -> Masks:
    """Return the section masks of several terms in each document below `size`."""
    found = np.zeros(size + 1, np.uint16)
    for lists in by_term:
        for base, postings in lists:
            found[np.minimum(np.asarray(postings.documents, np.int64) + base, size)] |= np.asarray(postings.masks)
    return found


def only(masks: Masks, documents: Sequence[int]) -> Masks:
    """Keep the masks of the given documents and set all others to 0."""
    found = np.zeros_like(masks)
    found[documents] = masks[documents]
    return found


def having(found: Keys, size: int) -> Wanted:
    """Return which documents have at least one of the keys. `size` is the length of the result."""
    wanted = np.zeros(size, bool)
    wanted[found >> BITS] = True
    return wanted


def followed(starts: Keys, following: Keys, i: int) -> Keys:
    """Return the keys whose i-th following key is in `following`. The keys must be ascending and distinct."""
    if not len(starts) or not len(following):
        return starts[:0]
    wanted = starts + i
    if len(following) > _SEVERAL * len(starts):
        at = np.searchsorted(following, wanted)
        at[at == len(following)] = 0
        few: Keys = starts[following[at] == wanted]
        return few
    edges = following[::_BLOCK]
    parts = np.split(wanted, np.searchsorted(wanted, edges[1:]))
    blocks = [
        _in_both(following[at : at + _BLOCK], part)
        for at, part in zip(range(0, len(following), _BLOCK), parts, strict=True)
    ]
    found: Keys = np.concatenate(blocks) - i
    return found


def followed_by(starts: Keys, by_term: Sequence[Lists], i: int, wanted: Wanted) -> Keys:
    """Return the keys whose i-th following key belongs to one of some terms. See `followed`.

    `wanted` are the documents of the keys. For terms that are much more frequent, no keys are made: their positions are
    searched by bisection in each document.
    """
    if _size(by_term) <= _SEVERAL * len(starts) or np.count_nonzero(wanted) < _FEW:
        return followed(starts, keys_where(by_term, wanted), i)
    wanted_keys, found = starts + i, np.zeros(len(starts), bool)
    for lists in by_term:
        for base, postings in lists:
            found |= _next(wanted_keys, base, postings) == wanted_keys
    return starts[found]


def _size(by_term: Iterable[Lists]) -> int:
    """Return how many positions some terms have."""
    return sum(postings.size for lists in by_term for _, postings in lists)


def _next(keys: Keys, base: int, postings: Postings) -> Keys:
    """Return, for each key, the first of the postings in the same document at or after it, or else `BEHIND`."""
    documents, sought = (keys >> BITS) - base, keys & _POSITION
    numbers, ends = (np.asarray(column, np.int64) for column in (postings.documents, postings.ends))
    if not len(numbers):
        return np.full(len(keys), BEHIND)
    place = np.minimum(np.searchsorted(numbers, documents), len(numbers) - 1)
    low, end = np.append(0, ends)[place], ends[place]
    high, positions, last = end, np.asarray(postings.positions), postings.size - 1
    for _ in range(int((end - low).max(initial=0)).bit_length()):
        middle = (low + high) >> 1
        before = (positions[np.minimum(middle, last)] < sought) & (low < high)
        low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
    found: Keys = keys - sought | positions[np.minimum(low, last)]
    found[(numbers[place] != documents) | (low == end)] = BEHIND
    return found


def _in_both(one: Keys, other: Keys) -> Keys:
    """Return the keys of `other` that are also in `one`."""
    places = np.concatenate((one, other))
    places <<= 1
    places[len(one) :] |= 1
    places.sort(kind="stable")  # this merges two runs
    found: Keys = places[1:][(places[1:] ^ places[:-1]) == 1] >> 1
    return found


def shifted_back(found: Keys, by: int) -> Keys:
    """Return the keys moved back by `by` positions, without those that would be before the start of their document."""
    return found[found & _POSITION >= by] - by if by else found


def paragraphs_of(documents: Sequence[int], layout: Callable[[int], Layout]) -> Paragraphs:
    """Return the paragraphs of documents, which are in ascending order. Only one array of all keys is created."""
    layouts = [layout(document) for document in documents]
    ends = np.cumsum([len(each.kinds) for each in layouts], dtype=np.int64)
    starts: Keys = np.repeat(np.array(documents, np.int64) << BITS, np.diff(ends, prepend=0))
    for each, end in zip(layouts, ends.tolist(), strict=True):
        starts[end - len(each.kinds) : end] |= np.frombuffer(each.starts, np.uint32)
    kinds = np.frombuffer(b"".join(each.kinds for each in layouts), np.uint8)
    first = np.diff(kinds, prepend=~kinds[:1]) != 0
    first[ends[:-1][ends[:-1] < len(kinds)]] = True
    return Paragraphs(starts, starts[first], np.uint16(1) << kinds[first])


def starting(keys: Keys, ordinals: NDArray[np.intp]) -> Keys:
    """Return the keys at some indexes. An index past the end gives `BEHIND`, which is greater than any key."""
    if not len(keys):
        return np.full(len(ordinals), BEHIND)
    found: Keys = keys.take(ordinals, mode="clip")
    found[ordinals >= len(keys)] = BEHIND
    return found


def sharing_a_paragraph(several: Sequence[Sequence[Lists]], documents: Sequence[int], starts: Keys) -> set[int]:
    """Return the documents with a paragraph that has every word.

    `several` has the postings of the terms of each word. `starts` are the paragraph starts of at least these documents.
    """
    few, *others = sorted(several, key=_size)
    left, most = wanted_of(documents), _SEVERAL * _size(few)
    nexts = [
        [_next_of(base, postings, left, most) for lists in other for base, postings in lists if postings.size]
        for other in others
    ]
    places = np.concatenate([*keys_of_terms(few, left), np.empty(0, np.int64)])
    for step in _STEPS:
        looked_at = places[::step]
        looked_at = looked_at[left[looked_at >> BITS]]
        left[_sharing(looked_at, nexts, starts) >> BITS] = False
    return {document for document, apart in zip(documents, left[documents].tolist(), strict=True) if not apart}


def _next_of(base: int, postings: Postings, wanted: Wanted, most: int) -> Callable[[Keys], Keys]:
    """Return a function that finds, for each key in the wanted documents, the first of the postings at or after it.

    If there are more than `most` positions, no keys are made.
    """
    if postings.size > most:
        return lambda keys: _next(keys, base, postings)
    held = _keys(base, postings, wanted)
    return lambda keys: starting(held, np.searchsorted(held, keys))


def _sharing(places: Keys, others: Sequence[Sequence[Callable[[Keys], Keys]]], starts: Keys) -> Keys:
    """Return the starts of the paragraphs that contain one of the places and each of the other words."""
    ordinals = np.searchsorted(starts, places, "right") - 1
    ordinals = ordinals[np.diff(ordinals, prepend=-1) != 0]
    begins, ends = starting(starts, ordinals), starting(starts, ordinals + 1)
    for other in others:
        held = np.zeros(len(begins), bool)
        for following in other:
            held |= following(begins) < ends
        begins, ends = begins[held], ends[held]
    return begins


def in_paragraphs(several: Sequence[Keys], starts: Keys) -> NDArray[np.int64]:
    """Return how many of the keys are in each of the paragraphs with these starts."""
    found = np.concatenate([*several, np.empty(0, np.int64)])
    return np.bincount(np.searchsorted(starts, found, "right") - 1, minlength=len(starts))


def by_document(found: Keys) -> Grouped:
    """Return the positions in each document, in ascending order."""
    documents = found >> BITS
    edges = np.flatnonzero(np.diff(documents, prepend=-1))
    positions = (found & _POSITION).astype(np.uint32).data
    return Grouped(found, positions, documents[edges].tolist(), np.append(edges[1:], len(found)).tolist())


def in_sections(found: Keys, paragraphs: Paragraphs, kinds: int) -> NDArray[np.bool_]:
    """Return which of the keys are in sections of a section mask."""
    at = np.searchsorted(paragraphs.sections, found, "right") - 1
    inside: NDArray[np.bool_] = paragraphs.masks[at] & kinds != 0
    return inside


def counts_inside(found: Keys, paragraphs: Paragraphs, kinds: int, documents: Collection[int]) -> dict[int, float]:
    """Return the number of keys in each of the documents that are in sections of a section mask."""
    inside = found[in_sections(found, paragraphs, kinds)] >> BITS
    counts = np.bincount(inside, minlength=max(documents, default=-1) + 1)
    return {document: float(counts[document]) for document in documents}


def kinds_of(found: Keys, paragraphs: Paragraphs) -> dict[int, int]:
    """Return the section mask of the keys in each document."""
    begins = np.searchsorted(found, paragraphs.sections)
    having = np.flatnonzero(np.diff(begins, append=len(found)))
    documents = paragraphs.sections[having] >> BITS
    edges = np.flatnonzero(np.diff(documents, prepend=-1))
    masks = np.bitwise_or.reduceat(paragraphs.masks[having], edges) if len(edges) else edges
    return dict(zip(documents[edges].tolist(), masks.tolist(), strict=True))
