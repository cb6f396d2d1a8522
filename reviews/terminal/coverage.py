"""The coverage report of a library: what it contains, what is not searched and why, and what a run did."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from corpus.catalogue import rows as catalogue_rows
from corpus.catalogue.review_year import YearConflict
from corpus.catalogue.rows import Problem
from corpus.files import Failure, MissingFolder, Withdrawal
from corpus.model import HIDDEN, Hidden
from corpus.reasons import explain
from corpus.report import Coverage
from corpus.settings import Settings
from corpus.storage.near_duplicates import Pair
from ingest import portfolio
from ingest.sandbox import tesseract
from ingest.summary import IngestSummary
from reviews.library import Library
from reviews.maintenance.run_log import MANY, near_duplicate_lines, news_lines
from reviews.maintenance.update import Run
from reviews.terminal import sandbox
from reviews.terminal.results import counted, width
from reviews.terminal.results import coverage as coverage_sentence


@dataclass(frozen=True, slots=True)
class Unread:
    """Pages of a report that could not be read, for one reason."""

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
    """Pages of a report with text that was hidden in one way, and is therefore left out.

    `how` is "marked" for text that is visible but marked for redaction. `pieces` counts the pieces of text on all these
    pages.
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
        """Return a line for display."""
        where = f"{self.file}: {HIDDEN[Hidden(self.how)]} on {_numbers(self.pages)}"
        if self.how == Hidden.MARKED:
            return f"{where}, {counted(self.pieces, 'mark')}"
        return f"{where}, withheld ({counted(self.pieces, 'piece')})"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the file of a report, such as part of a portfolio.

    `read` means that it became a separate report.
    """

    report: str
    title: str
    file: str
    name: str
    read: bool

    def to_dict(self) -> dict[str, Any]:
        return {"report": self.report, "title": self.title, "file": self.file, "name": self.name, "read": self.read}

    def line(self) -> str:
        """Return a line for display."""
        return f"{self.file}: {self.name}" + (", read as a separate report" if self.read else ", not read")


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Everything that `reviews coverage` shows. `not_held` are titles in the catalogue without a file.

    `confinement` is the sandbox of the last run that read files, "" if unknown, and `bound` its parts. `ocr` is the
    Tesseract that reads scans, or "" if there is none. `missing` are the folders that were missing in the last run that
    read them.
    """

    coverage: Coverage
    unread: tuple[Unread, ...]
    failures: tuple[Failure, ...]
    not_held: tuple[str, ...]
    withheld: tuple[Withheld, ...] = ()
    confinement: str = ""
    bound: tuple[str, ...] = ()
    ocr: str = ""
    missing: tuple[MissingFolder, ...] = ()
    attached: tuple[Attached, ...] = ()
    near_duplicates: tuple[Pair, ...] = ()

    @classmethod
    def of(cls, library: Library) -> Self:
        """Return the coverage of a library as it is now."""
        with library.store() as store:
            unread, withheld, attached = [], [], []
            files = store.files()
            for report in store.reports():
                by_reason: dict[str, list[int]] = {}
                by_way: dict[str, list[int]] = {}
                pieces: Counter[str] = Counter()
                reading = store.readings.current_of(report.id)
                for page in store.readings.odd_pages(reading):
                    if page.unread:
                        by_reason.setdefault(page.unread, []).append(page.number)
                    pieces.update(page.withheld)
                    for how in dict.fromkeys(page.withheld):
                        by_way.setdefault(how.value, []).append(page.number)
                named = (report.id, report.title, report.files[0])
                attached += [
                    Attached(*named, name, portfolio.is_read(files, report.files, name))
                    for name in store.readings.attachments(reading)
                ]
                unread += [Unread(*named, tuple(pages), reason) for reason, pages in by_reason.items()]
                withheld += [Withheld(*named, tuple(pages), how, pieces[how]) for how, pages in by_way.items()]
            confinement, bound = sandbox.last_sandbox(library.settings.runs)
            missing = tuple(row.get("title") or row.get("file") for row in store.not_held())
            return cls(
                store.coverage(),
                tuple(unread),
                tuple(store.failures()),
                missing,
                tuple(withheld),
                confinement,
                bound,
                engine_name(library.settings),
                tuple(store.missing_folders()),
                tuple(attached),
                tuple(store.near_duplicates.pairs()),
            )

    def to_dict(self) -> dict[str, Any]:
        return {
            "coverage": self.coverage.to_dict(),
            "unread": [unread.to_dict() for unread in self.unread],
            "failures": [failure.to_dict() for failure in self.failures],
            "missing_folders": [missing.to_dict() for missing in self.missing],
            "not_held": list(self.not_held),
            "withheld": [withheld.to_dict() for withheld in self.withheld],
            "attached": [attached.to_dict() for attached in self.attached],
            "near_duplicates": [pair.to_dict() for pair in self.near_duplicates],
            "confinement": self.confinement or None,
            "bound": list(self.bound) if self.confinement else None,
            "ocr": self.ocr or None,
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines for the terminal."""
        held = self.coverage
        yield from _held_lines(held)
        if self.missing:
            yield ""
            yield f"Missing folders: {len(self.missing):,}"
            for missing in self.missing:
                yield from _item(missing_sentence(missing.folder, missing.since))
        if self.unread:
            yield ""
            yield f"Pages that could not be read, or only in part, so are not searched in full: {held.unread_pages:,}"
            yield from _by_reason((unread.reason, f"{unread.file}, {_numbers(unread.pages)}") for unread in self.unread)
        hidden = [withheld for withheld in self.withheld if withheld.how != Hidden.MARKED]
        marked = [withheld for withheld in self.withheld if withheld.how == Hidden.MARKED]
        if hidden:
            yield ""
            yield "Hidden text, not searched or shown. Tell the publisher, because anyone who has the file can copy it."
            yield from (line for withheld in hidden for line in _item(withheld.line()))
        if marked:
            yield ""
            yield "Text marked for redaction can still be seen, so it is searched and shown. Tell the publisher."
            yield from (line for withheld in marked for line in _item(withheld.line()))
        if self.attached:
            yield ""
            yield "Files inside other files. Only PDFs are read; save the others by hand if you need them."
            yield from (line for attached in self.attached for line in _item(attached.line()))
        yield from self._near_duplicate_lines()
        if self.failures:
            yield ""
            yield f"Files that could not be read: {len(self.failures):,}"
            yield from _by_reason((failure.reason.value, failure.file) for failure in self.failures)
        if self.not_held:
            yield ""
            yield f"Reports in the catalogue without a file: {len(self.not_held):,}"
            for title in self.not_held:
                yield from _item(title)
        yield ""
        yield from sandbox.lines(self.confinement, self.bound)
        yield f"Scanned pages are read by {self.ocr}." if self.ocr else _NO_OCR

    def _near_duplicate_lines(self) -> Iterator[str]:
        if self.near_duplicates:
            yield ""
            yield "Reports that are at least 98% alike. `--copies once` counts them once:"
            for pair in self.near_duplicates:
                yield from _item(f"{pair.report[:12]} and {pair.other[:12]}")


_NO_OCR = "Scanned pages are not read, because Tesseract is not installed or is switched off (see docs/library.md)."


def engine_name(settings: Settings) -> str:
    """Return the version and languages of the Tesseract in use, or ""."""
    engine = tesseract.engine(settings.ocr_languages) if settings.ocr else None
    return f"{engine.name} ({engine.languages})" if engine else ""


@dataclass(frozen=True, slots=True)
class CatalogueVerdict:
    """The result of `reviews catalogue check`."""

    rows: int
    not_held: int
    problems: tuple[Problem, ...]
    year_conflicts: tuple[YearConflict, ...] = ()

    @classmethod
    def of(cls, library: Library) -> Self:
        """Read the catalogue from disk and compare it with the reports."""
        read = catalogue_rows.load(library.settings.catalogue)
        with library.store() as store:
            missing, conflicts = len(store.not_held()), store.year_conflicts()
        return cls(len(read.rows), missing, read.problems, tuple(conflicts))

    def to_dict(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "not_held": self.not_held,
            "problems": [{"line": p.line, "column": p.column, "message": p.message} for p in self.problems],
            "year_conflicts": [conflict.to_dict() for conflict in self.year_conflicts],
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines for the terminal."""
        for problem in self.problems:
            yield from _item(str(problem))
        if self.year_conflicts:
            yield "Reports whose sources name different years. To decide, fill in `year` in the catalogue:"
        for conflict in self.year_conflicts:
            yield from _item(str(conflict))
        problems = counted(len(self.problems), "problem") if self.problems else "no problems"
        absent = f"{counted(self.not_held, 'row')} without a file at the last run"
        yield f"{counted(self.rows, 'row')}, {problems}; {absent}."


def suggestions(library: Library) -> str:
    """Return CSV rows for the reports that the catalogue does not describe."""
    return catalogue_rows.to_csv(catalogue_rows.suggest(library.reports())).decode()


def run_lines(run: Run, settings: Settings) -> Iterator[str]:
    """Yield a summary of a run for the terminal."""
    if run.ingested:
        yield _read_sentence(run.ingested)
        if run.ingested.unwatched:
            yield _unwatched_sentence(run.ingested.unwatched, settings)
        new = [failure for failure in run.ingested.new_failures if failure.file not in run.ingested.held_back]
        yield from _by_reason((failure.reason.value, failure.file) for failure in new)
        before = len(run.ingested.failures) - len(run.ingested.new_failures)
        if before:
            yield from _item(f"{counted(before, 'file')} still cannot be read: `reviews coverage` lists them")
        yield from _withdrawn_lines(run.ingested.withdrawn)
        for line in near_duplicate_lines([pair.to_dict() for pair in run.ingested.near_duplicates]):
            yield from _item(line)
    for problem in run.catalogue_problems[:MANY]:
        yield from _item(f"catalogue.csv, {problem}")
    if len(run.catalogue_problems) > MANY:
        others = counted(len(run.catalogue_problems) - MANY, "more problem")
        yield from _item(f"catalogue.csv: {others}: `reviews catalogue check` lists them all")
    if run.generation:
        built = run.generation
        yield f"Index: built generation {built.id}. " + coverage_sentence(built.coverage)
    elif "index" in run.seconds:
        yield "Index: already up to date."
    yield from news_lines([each.to_dict() for each in run.followed])
    if run.meaning:
        yield _meaning_sentence(run.meaning)
    yield "Done: " + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in run.seconds.items()) + "."


def _withdrawn_lines(withdrawn: Sequence[Withdrawal]) -> Iterator[str]:
    for withdrawal in withdrawn[:MANY]:
        yield from _item(f"withdrawn: {withdrawal.title or withdrawal.file} ({withdrawal.file})")
    if len(withdrawn) > MANY:
        yield from _item(f"{len(withdrawn) - MANY:,} more withdrawn: `reviews status --json` lists them all")


def _meaning_sentence(done: Mapping[str, Any]) -> str:
    if done["problem"]:
        return f"In other words: not updated. {done['problem']}"
    if not done["reports"]:
        return "In other words: already up to date."
    read = f"{counted(done['paragraphs'], 'paragraph')} of {counted(done['reports'], 'report')}"
    return f"In other words: {read} read by the language model."


def missing_sentence(folder: str, since: str = "") -> str:
    """Return a warning that a folder is missing, with what that means and what to do."""
    dated = f" (since {since})" if since else ""
    return (
        f"{folder} is empty or missing{dated}. Its reports can still be searched, as they were last read. If it is a "
        "network share, connect it and run `reviews update`. To withdraw the reports, run "
        f'`reviews update "{folder}" --allow-withdrawals`.'
    )


def _unwatched_sentence(folders: Sequence[str], settings: Settings) -> str:
    """Return a note that folders are only read when given by name, and how to change that."""
    some = ", ".join(folders[:5]) + (f" and {len(folders) - 5} more" if len(folders) > 5 else "")
    line = json.dumps([*map(str, settings.folders), *folders], ensure_ascii=False)
    return (
        f"`reviews update` without a folder does not read {some}. To read new reports there every night, put this line "
        f"in {settings.settings_file}: folders = {line}"
    )


def _read_sentence(done: IngestSummary) -> str:
    parts = [(done.unchanged, "unchanged"), (done.new, "new"), (done.changed, "changed"), (done.reread, "read again")]
    same = "identical copy" if done.same == 1 else "identical copies"
    parts += [(done.moved, "moved"), (done.same, same), (done.failed, "not read")]
    counts = ", ".join(f"{number:,} {what}" for number, what in parts if number)
    sentence = f"{counted(done.found, 'file')} found" + (f": {counts}." if counts else ".")
    if done.read:
        sentence += f" {counted(done.pages, 'page')} read"
        sentence += f", {done.unread_pages:,} of them without readable text." if done.unread_pages else "."
    return sentence


def _by_reason(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield each reason once, with what to do, followed by one line per file so that the names can be copied."""
    groups: dict[str, list[str]] = {}
    for reason, item in items:
        groups.setdefault(reason, []).append(item)
    for reason, named in groups.items():
        yield from _item(f"{explain(reason)}:")
        yield from (f"    {name}" for name in named)


def _held_lines(held: Coverage) -> Iterator[str]:
    yield f"{counted(held.reports, 'report')}, of which {held.searchable:,} can be searched."
    if held.waiting:
        yield f"{counted(held.waiting, 'file')} not read yet, so not searched. `reviews update` reads them."


def _numbers(pages: Sequence[int]) -> str:
    """Return page numbers such as `page 3` or `pages 1 to 4, 7`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    ranges = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)
    return f"{'page' if len(pages) == 1 else 'pages'} {ranges}"


def _item(text: str) -> list[str]:
    return textwrap.wrap(f"- {text}", width(), subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
