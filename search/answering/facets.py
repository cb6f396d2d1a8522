"""Count hits by year, board, area, type, kind, section and theme."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt

from corpus.report import Report
from index.matching.result_set import Kinds
from index.storage.engine import KINDS
from search.results import FacetValue

OF_A_REPORT = ("year", "board", "area", "type", "kind")
"""Facets that are fields of a report."""
FACETS = (*OF_A_REPORT, "section", "theme")


class Facets:
    """Counts field values over hits. `reports` is keyed by document."""

    def __init__(self, reports: Mapping[int, Report]) -> None:
        self._columns = {name: {d: getattr(report, name) for d, report in reports.items()} for name in OF_A_REPORT}
        self._all = {name: Counter(column.values()) for name, column in self._columns.items()}

    def of_reports(self, name: str, documents: set[int]) -> tuple[FacetValue, ...]:
        """Return the values of a field: years latest first, others most frequent first, and unknown last."""
        column = self._columns[name]
        if 2 * len(documents) < len(column):
            counts = Counter(map(column.__getitem__, documents))
        else:  # there are fewer of the others
            counts = self._all[name] - Counter(map(column.__getitem__, column.keys() - documents))
        unknown = counts.pop(None, 0)
        found = sorted(counts.items(), key=lambda pair: str(pair[0]), reverse=name == "year")
        if name != "year":
            found.sort(key=lambda pair: -pair[1])
        return (*(FacetValue(*pair) for pair in found), *([FacetValue(None, unknown)] if unknown else []))


def of_sections(documents: Iterable[int], kinds: Kinds) -> tuple[FacetValue, ...]:
    """Return, for each kind of section, how many of the documents `in:` that kind would find."""
    masks = Counter(kinds(list(documents)))
    counts = {
        kind.value: sum(count for mask, count in masks.items() if mask >> code & 1) for code, kind in enumerate(KINDS)
    }
    return _frequent(counts)


def mask(documents: Iterable[int], size: int) -> int:
    """Return a set of documents as a number with one byte per document below `size`.

    Two sets in this form can be intersected without a loop.
    """
    present = bytearray(size)
    for document in documents:
        present[document] = 1
    return int.from_bytes(present, "little")


def of_themes(documents: int, themes: Mapping[str, int], held: int) -> tuple[FacetValue, ...]:
    """Return how many of the documents have each theme. All sets are given as masks.

    The themes that distinguish these documents from all in the library come first, because nearly every report has the
    most frequent ones. They are sorted by (count - expected) / standard deviation in a draw without replacement
    (hypergeometric).
    """
    drawn = documents.bit_count()
    counts = {name: (documents & having).bit_count() for name, having in themes.items()}

    def apart(found: FacetValue) -> float:
        share = themes[str(found.value)].bit_count() / held
        spread = drawn * share * (1 - share) * (held - drawn) / max(1, held - 1)
        return (found.count - drawn * share) / sqrt(spread) if spread > 0 else 0.0

    return tuple(sorted(_frequent(counts), key=lambda found: -round(apart(found), 6)))


def _frequent(counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    """Return the values that occur, the most frequent first. Ties keep the given order."""
    found = sorted(((name, count) for name, count in counts.items() if count), key=lambda pair: -pair[1])
    return tuple(FacetValue(*pair) for pair in found)
