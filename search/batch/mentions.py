"""The table of mentions, with one row per passage. It is first stored query by query, then read back for the output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.disk.names import real_path
from corpus.report import Report
from search.batch.columns import COLUMNS, EACH, REPORT_COLUMNS, extra_cells
from search.batch.tally import QueryAnswer
from search.results import Hit
from search.tables.writers import TEXT_FORMS, Write, text_file


class Links:
    """Links to a page of a report: to the library's web page if its address is given, otherwise to the PDF."""

    def __init__(self, library: Path, web: str = "") -> None:
        self._library = library.resolve()
        self._web = web.rstrip("/")
        self._files: dict[str, str] = {}

    def to(self, report: Report, page: int) -> str:
        """Return the address of a page."""
        if self._web:
            return f"{self._web}/reports/{report.id}/pages/{page}"
        if not report.files:
            return ""
        if report.id not in self._files:
            self._files[report.id] = real_path(self._library, report.files[0]).as_uri()
        return f"{self._files[report.id]}#page={page}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a batch is written. Passed to each worker process.

    `extras` are the sheet's own columns. `most` also lists the reports with most of the words. `raw` writes CSV without
    the guard against formulas. `each` adds a table with one row per mention.
    """

    form: str
    extras: tuple[str, ...]
    library: Path
    web: str
    most: bool = False
    raw: bool = False
    each: bool = False

    @property
    def part_form(self) -> str:
        """Return the intermediate format of a query's mentions, used until every query has run."""
        return self.form if self.form in TEXT_FORMS else "jsonl"


class Mentions:
    """Writes the mentions of each query to a separate file. Files in CSV and JSON Lines are later joined unchanged."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._links = Links(plan.library, plan.web)
        self._cells: dict[str, dict[str, Any]] = {}  # those that describe a report, by its id

    def write(self, path: Path, answer: QueryAnswer, hits: Iterable[Hit]) -> int:
        """Write the rows of one query, and return how many there are.

        A query with an error or without hits has one row, except in a workbook, where it is on the sheet Summary.
        """
        with ExitStack() as stack:
            each = self._each(stack, path) if self._plan.each else None
            return self._written(path, answer, hits, each)

    def _each(self, stack: ExitStack, path: Path) -> Write:
        file = stack.enter_context(text_file(each_of(path)))
        return TEXT_FORMS["jsonl"](file, EACH)

    def _written(self, path: Path, answer: QueryAnswer, hits: Iterable[Hit], each: Write | None) -> int:
        said = {**extra_cells(answer), "id": answer.question.id, "query": answer.question.query}
        said |= {"error": answer.error, "warnings": " ".join(answer.warnings), "counted": answer.question.counted}
        count = 0
        with text_file(path) as file:
            write = TEXT_FORMS[self._plan.part_form](
                file, (*COLUMNS, *self._plan.extras), header=False, raw=self._plan.raw
            )
            for hit in hits:
                for row in self._rows(said, hit):
                    write(row)
                    count += 1
                if each:
                    for row in each_mention(answer, hit):
                        each(row)
            if not count and self._plan.form != "xlsx":
                write({**said, "mentions": None if answer.error else 0})
                count = 1
        return count

    def _rows(self, said: Mapping[str, Any], hit: Hit) -> Iterator[dict[str, Any]]:
        about = {**said, **self._cells_of(hit.report)}
        if not hit.mentions:  # the query has no words, such as year:2015, or its words are apart
            yield {**about, "mentions": 0}
            return
        for passage in filter(lambda passage: passage.mentions, hit.passages):
            found = dict.fromkeys(" ".join(passage.text[a:b].split()) for a, b in passage.highlights)
            yield {
                **about,
                "page": passage.page,
                "page_end": passage.page_end,
                "page_label": passage.page_label,
                "paragraph": passage.paragraph,
                "ordinal": passage.ordinal,
                "section": passage.section_kind.value,
                "heading": passage.section_heading,
                "confidence": passage.confidence,
                "mentions": len(passage.mentions),
                "mention_ids": "; ".join(passage.mention_ids(hit.report.id)),
                "match": "; ".join(found),
                "text": passage.text,
                "link": self._links.to(hit.report, passage.page),
            }

    def _cells_of(self, report: Report) -> dict[str, Any]:
        if report.id not in self._cells:
            about = {name: getattr(report, name) for name in REPORT_COLUMNS}
            self._cells[report.id] = {"report": report.id, **about}
        return self._cells[report.id]


def each_of(path: Path) -> Path:
    """Return the path of the file with one row per mention, next to the query's rows."""
    return path.with_suffix(".each")


def each_mention(answer: QueryAnswer, hit: Hit) -> Iterator[dict[str, Any]]:
    """Yield a row for each mention in a report."""
    for passage in hit.passages:
        for mention, (start, end) in zip(passage.mention_ids(hit.report.id), passage.mentions, strict=True):
            yield {
                "mention": mention,
                "id": answer.question.id,
                "query": answer.question.query,
                "report": hit.report.id,
                "ordinal": passage.ordinal,
                "start": passage.offset + start,
                "end": passage.offset + end,
                "page": passage.page,
                "page_label": passage.page_label,
                "paragraph": passage.paragraph,
                "section": passage.section_kind.value,
                "match": passage.text[start:end],
                "counted": answer.question.counted,
            }


def kept_rows(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield the rows stored as JSON Lines, file by file."""
    for path in paths:
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
