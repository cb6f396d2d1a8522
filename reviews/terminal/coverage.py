"""The account of a library: what is held, what is not searched and why, and what a run did."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from corpus.catalogue import rows as catalogue_rows
from corpus.catalogue.rows import Problem
from corpus.model import HIDDEN, REASONS, Coverage, Failure, Hidden
from corpus.settings import Settings
from ingest.sandbox import tesseract
from ingest.summary import IngestSummary
from reviews.library import Library
from reviews.maintenance.update import Run
from reviews.terminal.results import counted, width
from reviews.terminal.results import coverage as coverage_sentence


@dataclass(frozen=True, slots=True)
class Unread:
    """The pages of a report that could not be read, by the reason."""

    report: str
    title: str
    file: str
    pages: tuple[int, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "report": self.report,
            "title": self.title,
            "file": self.file,
            "pages": list(self.pages),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Withheld:
    """The pages of a report on which text was hidden in one way. It was not taken: nobody can see it there.

    how: "marked" for text that can be seen, but is marked to be redacted. pieces: of text, on all these pages.
    """

    report: str
    title: str
    file: str
    pages: tuple[int, ...]
    how: str
    pieces: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "report": self.report,
            "title": self.title,
            "file": self.file,
            "pages": list(self.pages),
            "how": self.how,
            "pieces": self.pieces,
        }

    def line(self) -> str:
        """For a person."""
        where = f"{self.file}: {HIDDEN[Hidden(self.how)]} on {_numbers(self.pages)}"
        if self.how == Hidden.MARKED:
            return f"{where}, {counted(self.pieces, 'mark')}"
        return f"{where}, withheld ({counted(self.pieces, 'piece')})"


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that `reviews coverage` tells. not_held: titles of the catalogue without a file.

    confinement: how the processes were bound in the last run that read files; "" when none is known.
    ocr: the Tesseract that reads scans, or "" when there is none.
    """

    coverage: Coverage
    unread: tuple[Unread, ...]
    failures: tuple[Failure, ...]
    not_held: tuple[str, ...]
    withheld: tuple[Withheld, ...] = ()
    confinement: str = ""
    ocr: str = ""

    @classmethod
    def of(cls, library: Library) -> Self:
        """The account of a library as it is now."""
        with library.store() as store:
            unread, withheld = [], []
            for report in store.reports():
                by_reason: dict[str, list[int]] = {}
                by_way: dict[str, list[int]] = {}
                pieces: Counter[str] = Counter()
                for page in store.odd_pages(store.reading(report.id)):
                    if page.unread:
                        by_reason.setdefault(page.unread, []).append(page.number)
                    pieces.update(page.withheld)
                    for how in dict.fromkeys(page.withheld):
                        by_way.setdefault(how.value, []).append(page.number)
                told = (report.id, report.title, report.files[0])
                unread += [Unread(*told, tuple(pages), reason) for reason, pages in by_reason.items()]
                withheld += [Withheld(*told, tuple(pages), how, pieces[how]) for how, pages in by_way.items()]
            missing = tuple(row.get("title") or row.get("file") for row in store.not_held())
            return cls(
                store.coverage(),
                tuple(unread),
                tuple(store.failures()),
                missing,
                tuple(withheld),
                last_confinement(library.settings.runs),
                engine_name(library.settings),
            )

    def to_dict(self) -> dict[str, Any]:
        return {
            "coverage": self.coverage.to_dict(),
            "unread": [unread.to_dict() for unread in self.unread],
            "failures": [failure.to_dict() for failure in self.failures],
            "not_held": list(self.not_held),
            "withheld": [withheld.to_dict() for withheld in self.withheld],
            "confinement": self.confinement or None,
            "ocr": self.ocr or None,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        held = self.coverage
        yield f"{counted(held.reports, 'report')} held, {held.searchable:,} of them searchable."
        if self.unread:
            yield ""
            yield f"Pages that could not be read and are not searched: {held.unread_pages:,}"
            yield from _by_reason((unread.reason, f"{unread.file}, {_numbers(unread.pages)}") for unread in self.unread)
        hidden = [withheld for withheld in self.withheld if withheld.how != Hidden.MARKED]
        marked = [withheld for withheld in self.withheld if withheld.how == Hidden.MARKED]
        if hidden:
            yield ""
            yield "Text that nobody can see is not searched and not shown. Tell the publisher: anybody can copy it."
            yield from (line for withheld in hidden for line in _item(withheld.line()))
        if marked:
            yield ""
            yield "Text marked for redaction can still be seen, so it is searched and shown. Tell the publisher."
            yield from (line for withheld in marked for line in _item(withheld.line()))
        if self.failures:
            yield ""
            yield f"Files that are not in the collection: {len(self.failures):,}"
            yield from _by_reason((failure.reason.value, failure.file) for failure in self.failures)
        if self.not_held:
            yield ""
            yield f"In the catalogue, but no file of it is here: {len(self.not_held):,}"
            for title in self.not_held:
                yield from _item(title)
        yield ""
        yield _BOUND[self.confinement]
        yield f"Scanned pages are read by {self.ocr}." if self.ocr else _NO_OCR


_BOUND = {
    "": "How the processes were bound that read PDFs is not known: no run has read one.",
    "bubblewrap": "PDFs were read without network, with nothing to write to and limited memory (bubblewrap).",
    "rlimits": "PDFs were read with limited memory and no right to write files (rlimits); bubblewrap, where it is "
    "installed, takes the network away too.",
    "none": "PDFs were read in processes that only time limits: this system knows no others.",
}
_NO_OCR = "Scanned pages are not read: Tesseract is not installed or is switched off (see docs/library.md)."


def last_confinement(runs: Path) -> str:
    """How the processes were bound in the last run that read files, as its record says."""
    for record in sorted(runs.glob("*.json"), reverse=True)[:_RECORDS]:
        try:
            told = json.loads(record.read_bytes())["ingest"]["confinement"]
        except (OSError, ValueError, KeyError, TypeError):  # a record of another kind, or broken
            continue
        if told in _BOUND and told:
            return str(told)
    return ""


_RECORDS = 500  # looked at, the newest first


def engine_name(settings: Settings) -> str:
    """The Tesseract that would read a scan now, with version and languages."""
    by = tesseract.engine(settings.ocr_languages) if settings.ocr else None
    return f"{by.name} ({by.languages})" if by else ""


@dataclass(frozen=True, slots=True)
class CatalogueVerdict:
    """What `reviews catalogue check` found."""

    rows: int
    not_held: int
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, library: Library) -> Self:
        """Read the catalogue as it is on disk and hold it against the reports."""
        read = catalogue_rows.load(library.settings.catalogue)
        with library.store() as store:
            missing = len(store.not_held())
        return cls(len(read.rows), missing, read.problems)

    def to_dict(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "not_held": self.not_held,
            "problems": [{"line": p.line, "column": p.column, "message": p.message} for p in self.problems],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        for problem in self.problems:
            yield from _item(str(problem))
        mended = "nothing to mend" if not self.problems else counted(len(self.problems), "thing") + " to mend"
        absent = f"{counted(self.not_held, 'row')} without a file at the last run"
        yield f"{counted(self.rows, 'row')}, {mended}; {absent}."


def suggestions(library: Library) -> str:
    """Rows for the reports that the catalogue does not describe, as CSV."""
    return catalogue_rows.to_csv(catalogue_rows.suggest(library.reports())).decode()


def run_lines(run: Run) -> Iterator[str]:
    """What a run did, for a person."""
    if run.ingested:
        yield _read_sentence(run.ingested)
        yield from _by_reason((failure.reason.value, failure.file) for failure in run.ingested.failures)
        for withdrawal in run.ingested.withdrawn:
            yield from _item(f"withdrawn: {withdrawal.title or withdrawal.file} ({withdrawal.file})")
        for folder in run.ingested.held_back:
            yield from _item(
                f"{folder} is empty or not there, so nothing of it was withdrawn. If that is right, run the command "
                "again with --allow-withdrawals."
            )
    for problem in run.catalogue_problems:
        yield from _item(f"catalogue.csv, {problem}")
    if run.generation:
        built = run.generation.manifest
        yield f"Index: generation {built.id} is current. " + coverage_sentence(built.coverage)
    elif "index" in run.seconds:
        yield "Index: up to date, nothing had changed."
    yield "Done in " + ", ".join(f"{seconds:.1f} s {step}" for step, seconds in run.seconds.items()) + "."


def _read_sentence(done: IngestSummary) -> str:
    parts = [(done.unchanged, "unchanged"), (done.new, "new"), (done.changed, "changed"), (done.reread, "read again")]
    parts += [(done.moved, "moved"), (done.same, "the same under another name"), (done.failed, "not read")]
    told = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    sentence = f"{counted(done.found, 'file')} found" + (f": {told}." if told else ".")
    if done.read:
        sentence += f" {counted(done.pages, 'page')} read"
        sentence += f", {done.unread_pages:,} of them without readable text." if done.unread_pages else "."
    return sentence


def _why(reason: str) -> str:
    return next((sentence for known, sentence in REASONS.items() if known.value == reason), reason)


def _by_reason(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each reason once, with what to do, and below it what it holds for, a line each so that a name can be copied."""
    groups: dict[str, list[str]] = {}
    for reason, item in items:
        groups.setdefault(reason, []).append(item)
    for reason, named in groups.items():
        yield from _item(f"{_why(reason)}:")
        yield from (f"    {name}" for name in named)


def _numbers(pages: Sequence[int]) -> str:
    """`page 3`, `pages 1 to 4, 7`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    told = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)
    return f"{'page' if len(pages) == 1 else 'pages'} {told}"


def _item(text: str) -> list[str]:
    return textwrap.wrap(f"- {text}", width(), subsequent_indent="  ", break_on_hyphens=False)
