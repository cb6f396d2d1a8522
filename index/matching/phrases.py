"""The places where words are side by side, in all documents. Words are read as they are needed, the rarest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from index.matching.expansion import Slots
from index.matching.matches import Words, many
from index.matching.spans import side_by_side

if TYPE_CHECKING:
    from index.matching.arrays import Keys

Starts = Mapping[int, Sequence[int]]
"""The first position of each place, by ascending document."""


def phrases(
    slots: Slots,
    words: Callable[[Sequence[str]], Words],
    size: Callable[[str], int],
    documents: set[int],
    timed: Callable[[Iterable[int]], Iterable[int]],
) -> tuple[Starts, dict[int, int]]:
    """Where one of the terms of each slot follows one of the slot before, and the section mask that all of them share
    in each document that has such a place.

    words: reads the postings of some terms. size: how many positions a term has, without reading them. timed: checks
    the deadline for each document that it passes on.
    """
    (first, slot), *others = sorted(enumerate(slots), key=lambda each: sum(map(size, each[1])))
    rarest = words(slot)
    having = sorted(documents & rarest.documents)
    masks = dict(zip(having, rarest.kinds_in(having), strict=True))
    keys: Keys | None = None
    starts: Starts = {}
    for turn, (i, slot) in enumerate(others):
        word = words(slot)
        masks = _shared(masks, word)
        if turn == 0 and many(masks):
            from index.matching import arrays

            keys = arrays.moved_back(rarest.keys(masks), first)
        if keys is not None:
            from index.matching import arrays

            keys = arrays.followed(keys, word.keys(masks), i)
            masks = {document: masks[document] for document in arrays.documents_of(keys)}
        else:
            read, before = word.reader(), rarest.reader()
            found = {
                document: side_by_side(
                    [(0, starts[document]) if turn else (first, before(document)), (i, read(document))]
                )
                for document in timed(masks)
            }
            starts = {document: some for document, some in found.items() if some}
            masks = {document: masks[document] for document in starts}
        if not masks:
            return {}, {}
    if keys is not None:
        from index.matching import arrays

        starts = arrays.by_document(keys)
    return starts, masks


def _shared(masks: dict[int, int], word: Words) -> dict[int, int]:
    """The documents in which a word shares a section kind with those before, each with the section mask that they
    share. Words in one paragraph always share its kind, so no match is lost.
    """
    kinds = zip(masks.items(), word.kinds_in(list(masks)), strict=True)
    return {document: common for (document, mask), kind in kinds if (common := mask & kind)}
