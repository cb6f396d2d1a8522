"""Finds the documents whose reports meet a condition, such as `board:knowsley`."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePath

from corpus.disk.names import spoken_name
from corpus.report import Report
from index import analyser
from index.query import Field
from search import years


class Conditions:
    """Conditions on the fields of reports. reports: by document."""

    def __init__(self, reports: Mapping[int, Report]) -> None:
        self._reports = reports
        self._by_value: dict[str, dict[str, set[int]]] = {}

    def matching(self, condition: Field) -> set[int]:
        """The documents that meet `year:2015..2020` or `board:knowsley`: the field has every word of the value."""
        if condition.name == "year":
            return self.between(years.read(condition.value))
        wanted = {term for term, _ in analyser.terms(condition.value)}
        return {document for document, report in self._reports.items() if wanted <= _words(report, condition.name)}

    def between(self, span: years.Span) -> set[int]:
        """The documents from a range of years."""
        first, last = span[0] or 0, span[1] or 9999
        known = ((document, report.year) for document, report in self._reports.items())
        return {document for document, year in known if year is not None and first <= year <= last}

    def with_value(self, name: str, value: str) -> set[int]:
        """The documents with exactly this value in any case; if there are none, those that have all its words."""
        if name not in self._by_value:
            known = self._by_value[name] = defaultdict(set)
            for document, report in self._reports.items():
                known[str(getattr(report, name) or "").casefold()].add(document)
        exactly = self._by_value[name].get(value.casefold())
        return set(exactly) if exactly else self.matching(Field(name, value))


def _words(report: Report, name: str) -> set[str]:
    """The words of a field; for `file`, those of all file names, without folders."""
    values = [PurePath(path).name for path in report.files] if name == "file" else [getattr(report, name)]
    return {term for value in values if value is not None for term, _ in analyser.terms(spoken_name(str(value)))}
