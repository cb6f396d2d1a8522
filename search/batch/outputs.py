"""Write the files of a batch: every mention, the summary, the matrix and the record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from corpus.disk.atomic import move_atomic
from search.batch.answer_book import write_book
from search.batch.columns import COLUMNS, EACH, MATRIX, MOST, NOT_SEARCHED, SUMMARY, TERMS
from search.batch.mentions import Plan, each_of, kept_rows
from search.batch.record import About
from search.batch.summary import matrix_names, matrix_rows, most_rows, scope_rows, summary_row, term_rows
from search.batch.tally import Tally
from search.batch.tidy import BY, MOST_PAIRS, PAIRS, Tidy
from search.tables.writers import TEXT_FORMS, Write, table


def write(
    plan: Plan,
    out: Path,
    folder: Path,
    tally: Tally,
    tidy: Tidy,
    parts: Mapping[Path, int],
    about: About,
    *,
    max_rows: int,
) -> list[Path]:
    """Write all files in `folder`, then rename them, the main one last. Returns them, the main one first.

    `tidy` has the tidy tables of the tally. `parts` has the files that `Mentions` wrote, in the order of the sheet,
    with their numbers of rows. `about` is the record. `max_rows` is the limit of a workbook's sheet Mentions, not
    counting its header.
    """
    fresh: dict[Path, Path] = {}

    def place(path: Path) -> Path:
        fresh[path] = folder / f"out-{len(fresh)}"
        return fresh[path]

    if plan.form == "xlsx":
        write_book(place(out), folder, tally, tidy, parts, plan, about, max_rows)
    else:
        _write_tables(plan, out, folder, tally, tidy, parts, place)
    _write_tidy(plan, out, tidy, tally, parts, place)
    with place(out.with_suffix(".about.json")).open("w", encoding="utf-8", errors="replace") as file:
        json.dump(about.to_dict(), file, ensure_ascii=False, indent=1)
    files = sorted(fresh, key=lambda path: path != out)
    for path in reversed(files):
        fresh[path].chmod(0o600)
        move_atomic(fresh[path], path)
    return files


def _write_tidy(
    plan: Plan, out: Path, tidy: Tidy, tally: Tally, parts: Mapping[Path, int], place: Callable[[Path], Path]
) -> None:
    """Write each tidy table to a file. Next to a workbook, they are CSV."""
    form = "csv" if plan.form == "xlsx" else plan.form
    tables = [("by", BY, tidy.by()), ("terms", TERMS, term_rows(tally))]
    if len(tally.answers) <= MOST_PAIRS:
        tables.append(("pairs", PAIRS, tidy.pairs()))
    if plan.each:
        tables.append(("mentions", EACH, kept_rows(map(each_of, parts))))
    for name, columns, rows in tables:
        with table(place(out.with_suffix(f".{name}.{form}")), form, columns, raw=plan.raw) as write:
            for row in rows:
                write(row)


def _write_tables(
    plan: Plan,
    out: Path,
    folder: Path,
    tally: Tally,
    tidy: Tidy,
    parts: Mapping[Path, int],
    place: Callable[[Path], Path],
) -> None:
    """Write the summary, the matrix and the mentions, each to a file."""
    columns = (*COLUMNS, *plan.extras)
    with ExitStack() as stack:

        def opened(path: Path, columns: Sequence[str], **types: Sequence[str]) -> Write:
            return stack.enter_context(table(path, plan.form, columns, raw=plan.raw, **types))

        summary = opened(place(out.with_suffix(f".summary.{plan.form}")), (*SUMMARY, *plan.extras), text=plan.extras)
        for n, answer in enumerate(tally.answers):
            summary(summary_row(answer, tidy.words(n)))
        names = matrix_names(tally)
        matrix = opened(place(out.with_suffix(f".matrix.{plan.form}")), (*MATRIX, *names), whole=names)
        for row in matrix_rows(tally, NOT_SEARCHED if plan.form == "csv" else None):
            matrix(row)
        scope = opened(place(out.with_suffix(f".in_scope.{plan.form}")), (*MATRIX, *names), whole=names)
        for row in scope_rows(tally):
            scope(row)
        if plan.most:
            most = opened(place(out.with_suffix(f".most.{plan.form}")), MOST)
            for row in most_rows(tally):
                most(row)
        if plan.form not in TEXT_FORMS:
            mentions = opened(place(out), columns, text=plan.extras)
            for row in kept_rows(parts):
                mentions(row)
            return
        opened(folder / "head", columns)
    with place(out).open("wb") as joined:
        for path in (folder / "head", *parts):
            with path.open("rb") as part:
                shutil.copyfileobj(part, joined)
