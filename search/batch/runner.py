"""Run a sheet of queries, each exactly like a single search, and write every mention.

Each answer is stored in a folder next to the output (`OUT.part`) as soon as it is found. When every query has run, the
answers are written in the order of the sheet. So a batch that was stopped resumes where it was, several processes can
share the work, memory use does not depend on the number of mentions, and the output is either complete or absent.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.errors import LimitHit, Locked, ReviewsError
from corpus.settings import Settings
from corpus.signals import sigint_blocked
from corpus.themes import load_themes
from search.batch import outputs, parts, record
from search.batch.answer_book import ALL_ROWS, MAX_MENTIONS
from search.batch.mentions import Mentions, Plan
from search.batch.record import About
from search.batch.tally import QueryAnswer, Tally, with_unread
from search.batch.tidy import Tidy
from search.filters import EVERYTHING
from search.opening import open_searcher
from search.periods import Periods
from search.request import SearchRequest
from search.results import Hit
from search.searcher import Searcher
from search.sheets.checked import unclear
from search.sheets.query_sheet import Question
from search.tables.writers import disk_of, form_of

_PARTS_VERSION = 11
_SECONDS = 30.0  # per query: nobody is waiting, and other queries run at the same time
_ALONE = 20  # with fewer queries than this per process, starting another one takes longer than it saves


class Stopped(KeyboardInterrupt):
    """Raised on Ctrl-C. `done` of `total` queries have been answered and stored in `folder`."""

    def __init__(self, done: int, total: int, folder: Path) -> None:
        super().__init__()
        self.done, self.total, self.folder = done, total, folder


@dataclass(frozen=True, slots=True)
class Source:
    """The settings of a library, from which another process can open it too."""

    settings: Settings

    def open(self) -> Searcher:
        """Open the current generation."""
        return open_searcher(self.settings, load_themes(self.settings.themes))


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch did.

    `rows` is the number of rows of mentions. `kept` counts answers from an earlier run that was stopped. `files` lists
    the main file first. `left_out` counts the rows of mentions that do not fit into the workbook.
    """

    queries: int
    rows: int
    kept: int
    files: tuple[Path, ...]
    about: About
    left_out: int = 0

    @property
    def note(self) -> str:
        """Return a sentence if rows are left out of the workbook, otherwise ""."""
        if not self.left_out:
            return ""
        return (
            f"{self.files[0]} does not hold all mentions: an Excel sheet is full at {self.rows - self.left_out:,} of "
            f"{self.rows:,} rows. Its other sheets are complete. {ALL_ROWS}"
        )

    @property
    def errors(self) -> int:
        """The number of queries that could not be run."""
        return sum(bool(answer.error) for answer in self.about.answers)

    @property
    def mentions(self) -> int:
        """The number of mentions of all queries."""
        return sum(answer.mentions or 0 for answer in self.about.answers)

    def to_dict(self) -> dict[str, Any]:
        return {
            "queries": self.queries,
            "errors": self.errors,
            "mentions": self.mentions,
            "rows": self.rows,
            "left_out": self.left_out,
            "kept": self.kept,
            "files": [str(path) for path in self.files],
        }


def ask(searcher: Searcher, question: Question, *, most: bool = False) -> tuple[QueryAnswer, Iterator[Hit]]:
    """Run one query. Returns the answer without its counts and its N, and an iterator over hits with all mentions.

    With `most`, also list the reports that have most of the words.
    """
    answer = QueryAnswer(question)
    if question.error:
        return replace(answer, error=f"{question.place}{question.error.removesuffix('.')}."), iter(())
    try:
        head, hits = searcher.stream(
            SearchRequest.everything(question.query, question.filters, facets=False, most=most), seconds=_SECONDS
        )
    except ReviewsError as error:
        return replace(answer, error=f"{question.place}{error}"), iter(())
    if why := unclear(head.diagnostics):
        return replace(answer, error=f"{question.place}{why}"), iter(())
    answer = replace(
        answer,
        parsed=head.parsed,
        expansions=head.expansions,
        warnings=head.warnings,
        together=head.together,
        apart=head.apart,
        most=tuple((hit.report.id, "; ".join(hit.lacks)) for hit in head.most or ()),
    )
    return answer, hits


def run(
    questions: Sequence[Question],
    source: Source,
    out: Path,
    *,
    form: str | None = None,
    jobs: int = 1,
    web: str = "",
    most: bool = False,
    periods: Periods = (),
    raw: bool = False,
    each: bool = False,
    sheet: str = "",
    read: str = "",
    max_rows: int = MAX_MENTIONS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BatchSummary:
    """Run every query and write all mentions with their totals. The files are complete or absent.

    `form` is xlsx, csv, jsonl or parquet; by default it follows from the name of `out`. `web` is the address of the
    library's web page, for links; without it they lead to the PDFs. With `most`, the reports with most of a query's
    words are also listed. `periods` replace single years in the table `by`. `raw` writes CSV without the guard against
    formulas. `each` adds a table with one row per mention. `sheet` and `read` are, for the record, the name of the
    sheet and the part of it that was read. `max_rows` is the limit of a workbook's sheet Mentions, not counting its
    header. Raises Stopped on Ctrl-C.
    """
    extras = dict.fromkeys(name for question in questions for name, _ in question.extra)
    plan = Plan(form_of(out, form), tuple(extras), source.settings.library, web, most, raw, each)
    with source.open() as searcher, disk_of(out), parts.folder_of(out, _signature(questions, plan, searcher)) as folder:
        whole = parts.kept(folder, questions, plan, [report.id for report in searcher.reports()])
        todo = [(n, question) for n, question in enumerate(questions) if n not in whole]
        done = kept = len(whole)
        progress(done, len(questions))
        try:
            with disk_of(out, f"The answers so far are kept in {folder.name}: run the same command again to resume."):
                for _ in _answers(todo, source, plan, searcher, folder, jobs):
                    done += 1
                    progress(done, len(questions))
                tally = Tally(searcher.reports())
                stored = {parts.body_of(folder, n): parts.add(tally, folder, n) for n in range(len(questions))}
                rows = sum(stored.values())
                about = record.about(searcher, sheet, tally.answers, read)
                tidy = Tidy(tally, searcher.words, periods)
                files = outputs.write(plan, out, folder, tally, tidy, stored, about, max_rows=max_rows)
        except KeyboardInterrupt as error:
            raise Stopped(done, len(questions), folder) from error
    left_out = max(0, rows - max_rows) if plan.form == "xlsx" else 0
    return BatchSummary(len(questions), rows, kept, tuple(files), about, left_out)


def _signature(questions: Sequence[Question], plan: Plan, searcher: Searcher) -> str:
    """Return a hash of everything that stored answers depend on: queries, generation, themes, versions and output
    format.
    """
    themes = [asdict(theme) for theme in searcher.themes.themes]
    inputs = [_PARTS_VERSION, record.versions(), searcher.generation, searcher.built_at, themes, asdict(plan)]
    rows = [asdict(question) for question in questions]
    return hashlib.sha256(json.dumps([inputs, rows], sort_keys=True, default=str).encode()).hexdigest()


# Running the queries


class _Worker:
    """Runs queries and stores the answers, in this process or another."""

    def __init__(self, searcher: Searcher, plan: Plan, folder: Path) -> None:
        self._searcher = searcher
        self._most = plan.most
        self._folder = folder
        self._mentions = Mentions(plan)
        self._index = {report.id: n for n, report in enumerate(searcher.reports())}

    def keep(self, number: int, question: Question) -> None:
        """Run one query and store the answer."""
        answer, hits = ask(self._searcher, question, most=self._most)
        counts: list[tuple[int, int]] = []
        paragraphs: list[tuple[int, list[int]]] = []
        cases: set[str] = set()
        unread = 0

        def counted() -> Iterator[Hit]:
            nonlocal unread
            for hit in hits:
                unread += not hit.report.searchable
                report = self._index[hit.report.id]
                counts.append((report, hit.mentions))
                cases.add(hit.report.case or hit.report.id)
                if hit.mentions:
                    paragraphs.append((report, [passage.ordinal for passage in hit.passages if passage.mentions]))
                yield hit

        rows = self._mentions.write(parts.body_of(self._folder, number), answer, counted())
        known = [] if answer.error else self._searcher.reports(question.filters)
        scope = [self._index[report.id] for report in known if report.searchable]
        answer = with_unread(replace(answer, of=len(scope)), unread)
        answer = replace(answer, cases=len(cases), passages=sum(len(ordinals) for _, ordinals in paragraphs))
        stored = asdict(answer) | {"question": question.to_dict(), "counts": counts}
        within = None if question.filters == EVERYTHING else scope
        parts.keep(self._folder, number, stored, rows, paragraphs, within)


def _answers(
    todo: Sequence[tuple[int, Question]],
    source: Source,
    plan: Plan,
    searcher: Searcher,
    folder: Path,
    jobs: int,
) -> Iterator[None]:
    """Run the remaining queries, here or in several processes. Yields after each."""
    jobs = min(jobs, max(1, len(todo) // _ALONE))
    if jobs == 1:
        worker = _Worker(searcher, plan, folder)
        for number, question in todo:
            worker.keep(number, question)
            yield
        return
    context = multiprocessing.get_context("spawn")  # a fresh process: the caller may have threads
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(source, plan, folder, searcher.generation)
    )
    try:
        with sigint_blocked():
            futures: list[Future[None]] = [pool.submit(_work, number, question) for number, question in todo]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise LimitHit(
            "A worker process was killed, perhaps because memory ran out. The answers so far are kept: run the same "
            "command again with --jobs 1 to resume."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker: _Worker


def _begin(source: Source, plan: Plan, folder: Path, generation: str) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # see sigint_blocked
    searcher = source.open()
    if searcher.generation != generation:
        raise Locked("The index was updated while the batch was running. Run the same command again.")
    _worker = _Worker(searcher, plan, folder)


def _work(number: int, question: Question) -> None:
    _worker.keep(number, question)
