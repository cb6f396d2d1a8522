"""Find where words are adjacent, in all documents. Words are read as they are needed, the rarest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from index.matching.expansion import Slots
from index.matching.matches import Words
from index.matching.spans import side_by_side
from index.storage.term_postings import many

Starts = Mapping[int, Sequence[int]]
"""The first position of each occurrence, by ascending document."""


def phrases(
    slots: Slots,
    words: Callable[[Sequence[str]], Words],
    size: Callable[[str], int],
    documents: set[int],
    timed: Callable[[Iterable[int]], Iterable[int]],
) -> tuple[Starts, dict[int, int]]:
    """Return where the terms of all slots follow one another, and the section mask that they share in each such
    document.

    `words` reads the postings of terms. `size` returns how many positions a term has, without reading them. `timed`
    checks the deadline for each document that it passes on.
    """
    (first, slot), *others = sorted(enumerate(slots), key=lambda each: sum(map(size, each[1])))
    rarest = words(slot)
    having = sorted(documents & rarest.documents)
    if many(having):
        return _in_arrays((first, rarest), ((i, words(slot)) for i, slot in others), having)
    masks = dict(zip(having, rarest.kinds_in(having), strict=True))
    starts: dict[int, Sequence[int]] = {}
    for turn, (i, slot) in enumerate(others):
        word = words(slot)
        kinds = zip(masks.items(), word.kinds_in(list(masks)), strict=True)
        masks = {document: common for (document, mask), kind in kinds if (common := mask & kind)}
        starts = {
            document: side_by_side(
                [(0, starts[document]) if turn else (first, rarest.positions(document)), (i, word.positions(document))]
            )
            for document in timed(masks)
        }
        starts = {document: some for document, some in starts.items() if some}
        masks = {document: masks[document] for document in starts}
        if not masks:
            break
    return starts, masks


def _in_arrays(
    rarest: tuple[int, Words],
    others: Iterable[tuple[int, Words]],
    having: Sequence[int],
) -> tuple[Starts, dict[int, int]]:
    """Find the phrase in many documents: first those in which all words share a section kind, then the positions in
    them.

    `rarest` and `others` are words, each with its number in the phrase. `having` are the documents with the rarest
    word, ascending.
    """
    from index.matching import arrays

    first, word = rarest
    masks = arrays.only(word.masks(having[-1] + 1), having)
    several = []
    for i, other in others:
        several.append((i, other))
        masks &= other.masks(having[-1] + 1)
        if not masks.any():
            return {}, {}
    found = []
    for begin, end in arrays.blocks(word.by_term, len(masks)):
        wanted = masks > 0
        keys = arrays.shifted_back(arrays.keys_where(arrays.cut(word.by_term, begin, end), wanted), first)
        for i, other in several:
            if not len(keys):
                break
            keys = arrays.followed_by(keys, arrays.cut(other.by_term, begin, end), i, wanted)
            wanted = arrays.having(keys, len(wanted))
        found.append(keys)
    starts = arrays.by_document(arrays.merged(found))
    return starts, dict(zip(starts, masks[list(starts)].tolist(), strict=True))
