"""Matches of words within certain kinds of section."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from index.matching.matches import Match, Words
from index.matching.sections import Sections
from index.matching.spans import Span
from index.storage.term_postings import many

_OFTEN = 64  # documents between two checks of the deadline


class Inside(Match):
    """The matches of words within sections.

    `kinds` is a section mask. Finding the matching documents needs no positions.
    """

    exact = True

    def __init__(
        self, words: Words, kinds: int, sections: Callable[[int], Sections], tick: Callable[[], None] = lambda: None
    ) -> None:
        self.text, self.terms = words.text, words.terms
        self._words, self._wanted, self._sections, self._tick = words, kinds, sections, tick
        self.documents = {document for document in words.documents if words.kinds(document) & kinds}

    def spans(self, document: int) -> Sequence[Span]:
        return self._sections(document).inside(self._words.spans(document), self._wanted)

    def weights(self) -> Mapping[int, float]:
        return self._counted

    @cached_property
    def _counted(self) -> dict[int, float]:
        if many(self.documents):
            from index.matching import arrays

            ranges = {document: self._sections(document).ranges(self._wanted) for document in self.documents}
            return arrays.counts_inside(self._words.keys(self.documents), ranges)
        counted = {}
        for number, document in enumerate(self.documents):
            if number % _OFTEN == 0:
                self._tick()
            count = self._sections(document).count
            counted[document] = float(sum(count(each, self._wanted) for each in self._words.starts(document)))
        return counted

    def kinds(self, document: int) -> int:
        return self._words.kinds(document) & self._wanted
