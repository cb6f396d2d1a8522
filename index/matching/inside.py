"""Matches of words within certain kinds of section."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from index.matching.matches import AnyOf, Found, Match, Pairs, Runs, Words
from index.matching.sections import Layouts, Sections
from index.matching.spans import Span
from index.storage.term_postings import many

_OFTEN = 64  # documents between two checks of the deadline


class Inside(Match):
    """The matches of words within sections.

    `kinds` is a section mask. Finding the matching documents needs no positions.
    """

    exact = True

    def __init__(
        self, words: Words, kinds: int, layout: Layouts, sections: Callable[[int], Sections], tick: Callable[[], None]
    ) -> None:
        self.text, self.terms = words.text, words.terms
        self._words, self._wanted, self._layout, self._sections, self._tick = words, kinds, layout, sections, tick
        self.documents = {document for document in words.documents if words.kinds(document) & kinds}

    def spans(self, document: int) -> Sequence[Span]:
        return self._sections(document).inside(self._words.spans(document), self._wanted)

    def weights(self) -> Mapping[int, float]:
        return self._counted

    @cached_property
    def _counted(self) -> dict[int, float]:
        if many(self.documents):
            from index.matching import arrays

            self._tick()
            keys = self._words.keys(self.documents)
            return arrays.counts_inside(keys, self._layout.paragraphs(self.documents), self._wanted, self.documents)
        counted = {}
        for number, document in enumerate(self.documents):
            if number % _OFTEN == 0:
                self._tick()
            count = self._sections(document).count
            counted[document] = float(sum(count(each, self._wanted) for each in self._words.starts(document)))
        return counted

    def kinds(self, document: int) -> int:
        return self._words.kinds(document) & self._wanted


def within(
    match: Match, kinds: int, layout: Layouts, sections: Callable[[int], Sections], tick: Callable[[], None]
) -> Match:
    """Restrict a match to sections. `kinds` is a section mask. `tick` is called inside loops over documents."""
    tick()
    if isinstance(match, AnyOf):
        return AnyOf(match.text, [within(part, kinds, layout, sections, tick) for part in match.parts])
    if isinstance(match, Words):
        return Inside(match, kinds, layout, sections, tick)
    if isinstance(match, Runs | Pairs) and match.keys is not None and many(match.documents):
        from index.matching import arrays

        return match.only(arrays.in_sections(match.keys, layout.paragraphs(match.documents), kinds))
    by_document: dict[int, Sequence[Span]] = {}
    for document in sorted(match.documents):
        tick()
        if match.kinds(document) & kinds:
            spans = sections(document).inside(match.spans(document), kinds)
            if spans:
                by_document[document] = spans
    return Found(match.text, match.terms, by_document)
