"""The answers of a batch, kept in a folder next to the output (`OUT.part`) until every query has run.

A batch that was stopped resumes from them. Another program may have written them, so what does not have the form that
this program writes is not used, and its query runs again.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.disk.atomic import write_atomic
from corpus.disk.regular_file import open_regular, read_list
from corpus.disk.typed_json import has_form, typed
from corpus.errors import Locked, UsageError
from search.batch.columns import COLUMNS, EACH
from search.batch.mentions import Plan, each_of
from search.batch.tally import QueryAnswer, Tally
from search.sheets.query_sheet import Question
from search.tables.column_types import types_of

_LOCK, _MARKER = ".lock", "batch.json"
_MOST = 2**31  # reports, mentions and rows
_LONGEST = 2**20  # paragraphs of a report
_NUMBER = (int, None)
_ANSWER = {
    "question": object,
    "parsed": str,
    "expansions": [{"text": str, "terms": [str], "reports": int, "mentions": _NUMBER}],
    "warnings": [str],
    "error": str,
    "counts": [[int]],
    "cases": int,
    "of": int,
    "passages": int,
    "together": _NUMBER,
    "apart": _NUMBER,
    "most": [[str]],
}
_HEAD = {"size": int, "rows": int, "paragraphs": [[(int, [int])]], "scope": ([int], None), "answer": _ANSWER}


@contextmanager
def folder_of(out: Path, signature: str) -> Iterator[Path]:
    """Yield the folder, which is only used again for a batch with the same signature. It remains if the batch is
    stopped.

    Raises Locked if another batch uses it, and UsageError if this program did not make it.
    """
    folder = out.with_name(f"{out.name}.part")
    marker = folder / _MARKER
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        _assert_ours(folder)
    lock = FileLock(folder / _LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(
            f"Another batch is writing {out}. Wait until it has finished, or choose another output."
        ) from error
    try:
        if _signed(marker) != signature:
            _delete_all_except(folder, ())
            write_atomic(marker, json.dumps({"signature": signature}).encode())
        yield folder
    finally:
        lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _assert_ours(folder: Path) -> None:
    """Raise UsageError if the folder is not of this program and this user.

    Answers of the right form could still be forged, but only by somebody who can write what the batch writes as well.
    In a folder for everybody, such as /tmp, other users can make this folder, and not change what the batch writes.
    """
    ours = not folder.is_symlink() and folder.is_dir()
    if os.name == "posix":
        ours = ours and folder.lstat().st_uid in (os.geteuid(), 0)
    if ours:
        with os.scandir(folder) as entries:
            found = list(entries)
        begun = {each.name for each in found if each.name != _LOCK and not each.name.startswith(f".{_MARKER}.")}
        ours = all(each.is_file(follow_symlinks=False) for each in found)
        ours = ours and (not begun or _signed(folder / _MARKER) is not None)
    if not ours:
        raise UsageError(f"{folder} exists and was not made by this program. Move it, or choose another output.")


def _signed(marker: Path) -> str | None:
    """Return the signature in the folder, or None if there is none."""
    try:
        return str(typed(read_list(marker), {"signature": str})["signature"])
    except (OSError, ValueError):
        return None


def _delete_all_except(folder: Path, kept: Sequence[Path]) -> None:
    names = {_LOCK, _MARKER, *(path.name for path in kept)}
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink()


def body_of(folder: Path, number: int) -> Path:
    """Return the path of the mentions of a query."""
    return folder / f"{number:05}.rows"


def _head_of(folder: Path, number: int) -> Path:
    return folder / f"{number:05}.json"


def keep(
    folder: Path,
    number: int,
    answer: Mapping[str, Any],
    rows: int,
    paragraphs: Sequence[tuple[int, Sequence[int]]],
    scope: Sequence[int] | None,
) -> None:
    """Store an answer, after its mentions. `rows` counts them. See `Tally.add` for `paragraphs` and `scope`."""
    size = body_of(folder, number).stat().st_size
    head = {"size": size, "rows": rows, "paragraphs": paragraphs, "scope": scope, "answer": answer}
    fresh = _head_of(folder, number).with_suffix(".new")
    fresh.write_text(json.dumps(head), "utf-8")
    fresh.replace(_head_of(folder, number))


def kept(folder: Path, questions: Sequence[Question], plan: Plan, reports: Sequence[str]) -> set[int]:
    """Return the numbers of the queries whose answers are whole, and delete all other files in the folder.

    `reports` are the ids of the reports, in the order of the tally.
    """
    whole = {number for number, question in enumerate(questions) if _is_whole(folder, number, question, plan, reports)}
    bodies = [body_of(folder, number) for number in whole]
    _delete_all_except(folder, [*bodies, *map(each_of, bodies), *(_head_of(folder, number) for number in whole)])
    return whole


def _is_whole(folder: Path, number: int, question: Question, plan: Plan, reports: Sequence[str]) -> bool:
    """Return whether an answer was written completely: its head is written last and has the size of the rows."""
    body = body_of(folder, number)
    try:
        head = typed(read_list(_head_of(folder, number)), _HEAD)
        if body.lstat().st_size != head["size"] or not _fits(head, question, reports):
            return False
        columns = (*COLUMNS, *plan.extras)
        rows = _csv_rows(body, len(columns)) if plan.part_form == "csv" else _json_rows(body, columns, plan.extras)
        mentions = sum(mentions for _, mentions in head["answer"]["counts"])
        return rows == head["rows"] and (not plan.each or _json_rows(each_of(body), EACH) == mentions)
    except (OSError, ValueError, csv.Error):
        return False


def _fits(head: Mapping[str, Any], question: Question, reports: Sequence[str]) -> bool:
    """Return whether the answer is to this question, and its numbers are those of reports and paragraphs."""
    answer = head["answer"]
    if answer["question"] != question.to_dict() or answer.keys() != {each.name for each in fields(QueryAnswer)}:
        return False
    pairs = [*answer["counts"], *answer["most"], *head["paragraphs"]]
    if not all(len(pair) == 2 for pair in pairs):
        return False
    if not all(type(report) is int and type(ordinals) is list for report, ordinals in head["paragraphs"]):
        return False
    counted = [report for report, _ in (*answer["counts"], *head["paragraphs"])]
    numbers = [mentions for _, mentions in answer["counts"]] + [answer[name] for name in ("cases", "of", "passages")]
    numbers += [answer[name] or 0 for name in ("together", "apart")] + [head["rows"]]
    numbers += [n for each in answer["expansions"] for n in (each["reports"], each["mentions"] or 0)]
    return (
        all(0 <= report < len(reports) for report in (*counted, *(head["scope"] or ())))
        and all(0 <= number < _MOST for number in numbers)
        and all(0 <= ordinal < _LONGEST for _, ordinals in head["paragraphs"] for ordinal in ordinals)
        and {report for report, _ in answer["most"]} <= set(reports)
    )


def _csv_rows(path: Path, columns: int) -> int:
    """Return the number of rows. Raises ValueError for one that is not of a table with so many columns."""
    with open_regular(path) as file:
        lines = (line.decode() for line in file)
        widths = [len(row) for row in csv.reader(lines, strict=True)]
    if set(widths) - {columns}:
        raise ValueError("not of this table")
    return len(widths)


def _json_rows(path: Path, columns: Sequence[str], text: Sequence[str] = ()) -> int:
    """Return the number of rows. Raises ValueError for one that is not of a table with these columns."""
    types = types_of(columns, text=text)
    rows = 0
    with open_regular(path) as file:
        for line in file:
            row = typed(line, {str: object})
            if row.keys() != types.keys() or not all(has_form(row[name], (types[name], None)) for name in types):
                raise ValueError("not of this table")
            rows += 1
    return rows


def add(tally: Tally, folder: Path, number: int) -> int:
    """Add a stored answer to the tally. Returns its number of rows of mentions."""
    head = json.loads(_head_of(folder, number).read_text("utf-8"))
    answer = QueryAnswer.from_dict(head["answer"], [report.id for report in tally.reports])
    tally.add(answer, head["paragraphs"], head["scope"])
    return int(head["rows"])
