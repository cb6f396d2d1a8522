"""A sheet of questions in, an account of every mention out: the same search as for one question, asked many times.

Each answer is put into a folder beside the output (`OUT.part`) as soon as it is there; when all are, they are written
out in the order of the sheet. So a batch that was stopped goes on where it was, several processes can answer, a million
mentions do not sit in memory, and the output appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.errors import LimitHit, Locked, ReviewsError, UsageError
from corpus.signals import deaf_to_ctrl_c
from corpus.themes import load_themes
from search.batch import outputs, record
from search.batch.record import About
from search.batch.tally import Asked, Tally, searchable, with_unread
from search.results import Hit
from search.searcher import Searcher
from search.sheets.query_sheet import Question
from search.tables.workbook import MAX_ROWS
from search.tables.writers import disk_of, form_of

FORMS = ("xlsx", "csv", "jsonl")
_PARTS_VERSION = 6
_SECONDS = 30.0  # for one question: nobody sits before a screen, and the machine is busy with the others
_ALONE = 20  # questions for which a second process would take longer to start than it helps


class Stopped(KeyboardInterrupt):
    """Ctrl-C. done of total questions are answered and kept in `folder`."""

    def __init__(self, done: int, total: int, folder: Path) -> None:
        super().__init__()
        self.done, self.total, self.folder = done, total, folder


@dataclass(frozen=True, slots=True)
class Source:
    """Where the corpus, the index and the library's own themes are, so that another process can open them too."""

    library: Path
    database: Path
    index: Path
    themes: Path

    def open(self) -> Searcher:
        """The current generation, open for questions."""
        return Searcher(self.database, self.index, load_themes(self.themes))


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch did. rows: of mentions. kept: answers that an earlier run had left. files: the main one first."""

    queries: int
    rows: int
    kept: int
    files: tuple[Path, ...]
    about: About

    @property
    def errors(self) -> int:
        """How many queries could not be answered."""
        return sum(bool(asked.error) for asked in self.about.asked)

    @property
    def mentions(self) -> int:
        """Of all queries together."""
        return sum(asked.mentions for asked in self.about.asked)

    def to_dict(self) -> dict[str, Any]:
        return {
            "queries": self.queries,
            "errors": self.errors,
            "mentions": self.mentions,
            "rows": self.rows,
            "kept": self.kept,
            "files": [str(path) for path in self.files],
        }


def ask(searcher: Searcher, question: Question) -> tuple[Asked, Iterator[Hit]]:
    """The answer to one question: counts still empty, and the hits with every mention, to be taken one by one."""
    asked = Asked(question.to_dict())
    if question.error:
        return replace(asked, error=f"line {question.line}: {question.error.removesuffix('.')}."), iter(())
    try:
        head, hits = searcher.stream(question.query, question.filters, count=False, seconds=_SECONDS)
    except ReviewsError as error:
        return replace(asked, error=f"line {question.line}: {error}"), iter(())
    guess = next((told for told in head.diagnostics if told.guess), None)
    if guess:
        said = f"line {question.line}: not asked, because it could only be guessed at: {guess}."
        return replace(asked, error=said), iter(())
    answered = replace(
        asked,
        parsed=head.parsed,
        expansions=tuple(expansion.to_dict() for expansion in head.expansions),
        warnings=head.warnings,
        of=sum(map(searchable, searcher.reports(question.filters))),
    )
    return answered, hits


def run(
    asked: Sequence[Question],
    source: Source,
    out: Path,
    *,
    form: str | None = None,
    jobs: int = 1,
    web: str = "",
    sheet: str = "",
    read: str = "",
    max_rows: int = MAX_ROWS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BatchSummary:
    """Answer every question and write all mentions with their sums. The files appear whole or not at all.

    form: xlsx, csv or jsonl; without it the ending of `out` tells. web: the address of our own page, for links; without
    it they lead into the PDFs. sheet, read: the name of the sheet and what of it the queries are, for the record.
    Raises Stopped on Ctrl-C.
    """
    extras = dict.fromkeys(name for question in asked for name, _ in question.extra)
    plan = outputs.Plan(form_of(out, form, FORMS), tuple(extras), source.library, web)
    with source.open() as searcher, disk_of(out), _parts(out, _signature(asked, plan, searcher)) as folder:
        todo = [(n, question) for n, question in enumerate(asked) if not _is_kept(folder, n)]
        done = kept = len(asked) - len(todo)
        progress(done, len(asked))
        try:
            with disk_of(out, f"What is answered is kept in {folder.name}: run the same command again to go on."):
                for _ in _answers(todo, source, plan, searcher, folder, jobs):
                    done += 1
                    progress(done, len(asked))
                tally = Tally(searcher.reports())
                parts = {_body(folder, n): _add(tally, folder, n) for n in range(len(asked))}
                rows = sum(count for pieces in parts.values() for count, _ in pieces)
                about = record.about(searcher, sheet, tally.asked, read)
                files = outputs.write(plan, out, folder, tally, parts, about, max_rows=max_rows)
        except KeyboardInterrupt as error:
            raise Stopped(done, len(asked), folder) from error
    return BatchSummary(len(asked), rows, kept, tuple(files), about)


# The folder of answers


def _signature(asked: Sequence[Question], plan: outputs.Plan, searcher: Searcher) -> str:
    """Answers may be kept for the same questions to the same generation with the same themes, to be written the same
    way.
    """
    themes = [asdict(theme) for theme in searcher.themes.themes]
    told = [_PARTS_VERSION, record.versions(), searcher.generation, searcher.built_at, themes, asdict(plan)]
    questions = [asdict(question) for question in asked]
    return hashlib.sha256(json.dumps([told, questions], sort_keys=True, default=str).encode()).hexdigest()


@contextmanager
def _parts(out: Path, signature: str) -> Iterator[Path]:
    """The folder beside `out` that keeps the answers until all are there. It stays when the batch is stopped."""
    folder = out.with_name(f"{out.name}.part")
    marker = folder / "batch.json"
    if folder.exists() and not marker.exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} already exists and was not made by this program. Move it, or choose another output."
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / ".lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(
            f"Another batch is writing {out}. Wait until it has finished, or choose another output."
        ) from error
    try:
        if not marker.exists() or _signed(marker) != signature:
            for path in folder.iterdir():
                if path.name != ".lock":
                    path.unlink()
            marker.write_text(json.dumps({"signature": signature}), "utf-8")
        yield folder
    finally:
        lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _signed(marker: Path) -> str:
    try:
        return str(json.loads(marker.read_text("utf-8"))["signature"])
    except (ValueError, KeyError, TypeError):
        return ""


def _head(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.json"


def _body(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.rows"


def _is_kept(folder: Path, number: int) -> bool:
    """Whether an answer is there and whole: the head is written last and tells the size of the rows."""
    try:
        return bool(
            _body(folder, number).stat().st_size == json.loads(_head(folder, number).read_text("utf-8"))["size"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _add(tally: Tally, folder: Path, number: int) -> outputs.Pieces:
    """Add a kept answer to the tally. Returns what is to be known of its rows."""
    head = json.loads(_head(folder, number).read_text("utf-8"))
    told, ids = head["asked"], [report["id"] for report in tally.reports]
    counts = tuple((ids[place], mentions) for place, mentions in told.pop("counts"))
    expansions, warnings = (tuple(told.pop(name)) for name in ("expansions", "warnings"))
    asked = Asked(**told, counts=counts, expansions=expansions, warnings=warnings)
    tally.add(asked, ((place, ordinal) for place, ordinals in head["paragraphs"] for ordinal in ordinals))
    return [(rows, size) for rows, size in head["pieces"]]


# Answering


class _Answering:
    """Answers questions and keeps the answers, in this process or another."""

    def __init__(self, searcher: Searcher, plan: outputs.Plan, folder: Path) -> None:
        self._searcher = searcher
        self._folder = folder
        self._mentions = outputs.Mentions(plan)
        self._place = {report["id"]: n for n, report in enumerate(searcher.reports())}

    def keep(self, number: int, question: Question) -> None:
        """Answer one question and keep the answer."""
        asked, hits = ask(self._searcher, question)
        counts: list[tuple[int, int]] = []
        paragraphs: list[tuple[int, list[int]]] = []
        cases: set[str] = set()
        unread = 0

        def counted() -> Iterator[Hit]:
            nonlocal unread
            for hit in hits:
                unread += not searchable(hit.report)
                place = self._place[hit.report["id"]]
                counts.append((place, hit.mentions))
                cases.add(hit.report["case"] or hit.report["id"])
                if hit.mentions:
                    paragraphs.append((place, [passage.ordinal for passage in hit.passages if passage.highlights]))
                yield hit

        body = _body(self._folder, number)
        pieces = self._mentions.write(body, asked, counted())
        told = with_unread(asked, unread)
        told = replace(told, cases=len(cases), passages=sum(len(ordinals) for _, ordinals in paragraphs))
        head = {
            "size": body.stat().st_size,
            "pieces": pieces,
            "paragraphs": paragraphs,
            "asked": asdict(told) | {"counts": counts},
        }
        fresh = _head(self._folder, number).with_suffix(".new")
        fresh.write_text(json.dumps(head), "utf-8")
        fresh.replace(_head(self._folder, number))


def _answers(
    todo: Sequence[tuple[int, Question]],
    source: Source,
    plan: outputs.Plan,
    searcher: Searcher,
    folder: Path,
    jobs: int,
) -> Iterator[None]:
    """Answer what is to do, here or in several processes; yields after each."""
    jobs = min(jobs, max(1, len(todo) // _ALONE))
    if jobs == 1:
        answering = _Answering(searcher, plan, folder)
        for number, question in todo:
            answering.keep(number, question)
            yield
        return
    context = multiprocessing.get_context("spawn")  # a fresh process: the caller may have threads
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(source, plan, folder, searcher.generation)
    )
    try:
        with deaf_to_ctrl_c():
            futures: list[Future[None]] = [pool.submit(_work, number, question) for number, question in todo]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise LimitHit(
            "A worker process was stopped from outside, perhaps for lack of memory. Finished queries are kept. Run the "
            "same command again with --jobs 1."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_answering: _Answering


def _begin(source: Source, plan: outputs.Plan, folder: Path, generation: str) -> None:
    global _answering
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # see deaf_to_ctrl_c
    searcher = source.open()
    if searcher.generation != generation:
        raise Locked("The index was updated during the batch. Run the same command again.")
    _answering = _Answering(searcher, plan, folder)


def _work(number: int, question: Question) -> None:
    _answering.keep(number, question)
