"""Find the documents that meet a condition on their report, such as `board:knowsley`, or on their sections."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from pathlib import PurePath

from corpus.disk.names import readable_name
from corpus.model import SectionKind
from corpus.report import Report
from index import analyser
from index.matching.result_set import Kinds
from index.matching.sections import EVERY_KIND
from index.query import Field
from index.storage.engine import KINDS
from search import years


class Conditions:
    """Conditions on the fields of reports. `reports` is keyed by document."""

    def __init__(self, reports: Mapping[int, Report]) -> None:
        self._reports = reports
        self._by_value: dict[str, dict[str, set[int]]] = {}

    def matching(self, condition: Field) -> set[int]:
        """Return the documents that meet `year:2015..2020` or `board:knowsley`: the field has every word of the
        value.
        """
        if condition.name == "year":
            return self.between(years.read(condition.value))
        wanted = _terms(condition.value)
        if not wanted:
            return set()  # not every report: --board …
        return {document for document, report in self._reports.items() if wanted <= _words(report, condition.name)}

    def between(self, span: years.Span) -> set[int]:
        """Return the documents from a range of years."""
        first, last = span[0] or 0, span[1] or 9999
        known = ((document, report.year) for document, report in self._reports.items())
        return {document for document, year in known if year is not None and first <= year <= last}

    def with_value(self, name: str, value: str) -> set[int]:
        """Return the documents with exactly this value, ignoring case, or if there are none, those that have all its
        words.
        """
        if name not in self._by_value:
            known = self._by_value[name] = defaultdict(set)
            for document, report in self._reports.items():
                known[str(getattr(report, name) or "").casefold()].add(document)
        exactly = self._by_value[name].get(value.casefold())
        return set(exactly) if exactly else self.matching(Field(name, value))

    def close(self, name: str, wanted: str) -> list[str]:
        """Return up to three values that have a word like each word of `wanted`, for a suggestion."""
        import difflib  # here, because few filters name a value that no report has

        def like(value: str) -> bool:
            having = _terms(value)
            return all(difflib.get_close_matches(term, having, n=1, cutoff=0.75) for term in _terms(wanted))

        values = {str(getattr(report, name) or "") for report in self._reports.values()}
        return sorted(filter(like, values))[:3] if _terms(wanted) else []


def _terms(text: str) -> set[str]:
    return {term for term, _ in analyser.terms(text)}


def _words(report: Report, name: str) -> set[str]:
    """Return the words of a field. For `file`, these are the words of all file names, without folders."""
    values = [PurePath(path).name for path in report.files] if name == "file" else [getattr(report, name)]
    return {term for value in values if value is not None for term, _ in analyser.terms(readable_name(str(value)))}


def section_mask(sections: Sequence[str]) -> int:
    """Return the section mask of some kinds of section, or of all if none is given."""
    return reduce(or_, (1 << KINDS.index(SectionKind(name)) for name in sections), 0) or EVERY_KIND


def in_sections(documents: set[int], kinds: Kinds, mask: int) -> set[int]:
    """Return the documents in which the query is true within the sections of a mask."""
    asked = list(documents)
    return {document for document, held in zip(asked, kinds(asked), strict=True) if held & mask}
