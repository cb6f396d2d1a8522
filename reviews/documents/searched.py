"""The section at the end of every document: what was searched, when the index was built, and with which program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from corpus.report import Coverage
from reviews.documents.word import WordDocument
from reviews.terminal.results import counted

CHECK = "Check each quotation against the report before you use it."


@dataclass(frozen=True, slots=True)
class Searched:
    """What the library currently searches, for the end of a document.

    `generation` and `built_at` belong to its index.
    """

    coverage: Coverage
    generation: str
    built_at: str

    def sentences(self) -> list[str]:
        """Return what is searched, what is not, and the date of the index."""
        held = self.coverage
        found = [f"Searched {held.searchable:,} of {counted(held.reports, 'report')}."]
        if held.unread_pages:
            found.append(f"Not searched: {counted(held.unread_pages, 'page')} that could not be read.")
        if held.failures:
            found.append(f"Not searched: {counted(held.failures, 'file')} that could not be opened as a report.")
        if held.waiting:
            found.append(f"Not searched: {counted(held.waiting, 'file')} not read yet.")
        program = version("safeguarding-reviews")
        return [*found, f"Version of the reports: {self.generation}, built {self.built_at}. Program {program}."]

    def write(self, document: WordDocument) -> None:
        """Write the end of a document."""
        document.heading("What was searched")
        for sentence in self.sentences():
            document.text(sentence)


def today() -> str:
    return datetime.now().astimezone().date().isoformat()


def long_date(date: str) -> str:
    """Format `2014-07-03` as `3 July 2014`. A date without a day is returned unchanged."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d")  # noqa: DTZ007 - a date has no time zone
    except ValueError:
        return date or "date not known"
    return f"{day.day} {day:%B %Y}"
