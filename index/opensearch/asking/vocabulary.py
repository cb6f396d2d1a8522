"""The words of a generation, for looking up patterns, word forms and misspellings."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from index import analyser
from index.storage.segment_builder import SEPARATOR


class Vocabulary:
    """The words of a generation.

    `reports` has the number of reports for each term. `hyphened` are the words that are printed with a hyphen
    somewhere, in the index's format (`index.storage.segment_builder`).
    """

    def __init__(self, reports: Mapping[str, int], hyphened: Iterable[str] = ()) -> None:
        self._reports = reports
        self._hyphened: defaultdict[str, set[str]] = defaultdict(set)
        for each in hyphened:
            joined, left = each.split(SEPARATOR)
            self._hyphened[joined].add(left)

    @cached_property
    def _terms(self) -> list[str]:
        return sorted(self._reports)

    @cached_property
    def _forms(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for term in filter(analyser.is_word, self._terms):
            found[analyser.word_class(term)].append(term)
        return found

    def forms(self, word_class: str) -> list[str]:
        """See `index.storage.engine.Snapshot`."""
        return list(self._forms.get(word_class, ()))

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        """See `index.storage.engine.Snapshot`."""
        return [(left, joined.removeprefix(left)) for left in sorted(self._hyphened.get(joined, ()))]

    def vocabulary(self, prefix: str) -> Iterator[str]:
        """See `index.storage.engine.Snapshot`."""
        for at in range(bisect_left(self._terms, prefix), len(self._terms)):
            if not self._terms[at].startswith(prefix):
                return
            if analyser.is_word(self._terms[at]):
                yield self._terms[at]

    def terms(self) -> Iterator[str]:
        """See `index.storage.engine.Snapshot`."""
        return iter(self._terms)

    def frequency(self, term: str) -> int:
        """See `index.storage.engine.Snapshot`."""
        return self._reports.get(term, 0)
