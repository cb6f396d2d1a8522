"""Find the paragraphs of documents, and the kinds of section at positions in a document.

A section mask is a set of section kinds: bit n stands for the kind with code n.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from index.matching.spans import Span
from index.storage.engine import KINDS, Layout

if TYPE_CHECKING:
    from index.matching.arrays import Paragraphs

EVERY_KIND = (1 << len(KINDS)) - 1
"""The section mask with all kinds."""

_BEHIND = 1 << 32  # above any position
_RUN = re.compile(rb"(.)\1*", re.DOTALL)
_KEPT = 4096  # cached layouts of documents, about 5 KB each
_SHARE = 4  # a query that needs the paragraphs of a quarter of all documents reads those of all


class Layouts:
    """The layouts of one snapshot, cached. Queries and threads can share it. `documents` are all of the snapshot."""

    def __init__(self, read: Callable[[int], Layout], documents: Collection[int]) -> None:
        self._layout = lru_cache(_KEPT)(read)
        self._documents = documents
        self._paragraphs: Paragraphs | None = None

    def __call__(self, document: int) -> Layout:
        return self._layout(document)

    def paragraphs(self, documents: Collection[int]) -> Paragraphs:
        """Return the paragraphs of the given documents, and perhaps of others. See `index.matching.arrays`.

        Once a query needs many documents, the paragraphs of all are cached.
        """
        from index.matching import arrays

        if self._paragraphs is None:
            if len(documents) * _SHARE < len(self._documents):
                return arrays.paragraphs_of(sorted(documents), self)
            self._paragraphs = arrays.paragraphs_of(sorted(self._documents), self)
        return self._paragraphs


class Sections:
    """The sections of one document, by position."""

    def __init__(self, layout: Layout) -> None:
        runs = [(match.start(), match[1][0]) for match in _RUN.finditer(layout.kinds)]
        self._starts = [layout.starts[ordinal] for ordinal, _ in runs]
        self._bits = [1 << kind for _, kind in runs]
        self.present = reduce(or_, self._bits, 0)

    def of(self, positions: Sequence[int]) -> int:
        """Return the section mask of ascending positions."""
        found = at = 0
        size = len(positions)
        starts, bits = self._starts, self._bits
        while at < size:  # skip to the first position after this section
            run = bisect_right(starts, positions[at])
            found |= bits[run - 1]
            if run == len(starts) or found == self.present:
                break
            at = bisect_left(positions, starts[run], at + 1)
        return found

    def ranges(self, kinds: int) -> list[Span]:
        """Return the sections of a section mask as ranges of positions. The end of a range is exclusive."""
        ends = [*self._starts[1:], _BEHIND]
        return [(start, end) for start, end, bit in zip(self._starts, ends, self._bits, strict=True) if bit & kinds]

    def count(self, positions: Sequence[int], kinds: int) -> int:
        """Return how many of the ascending positions are in sections of a section mask."""
        return sum(bisect_left(positions, end) - bisect_left(positions, start) for start, end in self.ranges(kinds))

    def inside(self, spans: Iterable[Span], kinds: int) -> list[Span]:
        """Return the spans that start in a section of a section mask."""
        return [span for span in spans if self._bits[bisect_right(self._starts, span[0]) - 1] & kinds]
