"""A study: the answers to several queries as tables in memory, identical to those that a batch writes to files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.errors import UsageError
from search.batch import runner
from search.batch.columns import COLUMNS, EACH, MATRIX, SUMMARY, TERMS
from search.batch.record import About
from search.batch.runner import Source
from search.batch.tidy import BY, PAIRS
from search.filters import EVERYTHING, Filters
from search.periods import Periods
from search.sheets.query_sheet import Question, narrowed, read
from search.tables.frames import Table

Queries = str | Path | Mapping[str, str] | Sequence[str] | Sequence[Question]
"""A sheet of queries (its path), queries by id, or queries alone, which get the ids 1, 2 …"""


@dataclass(frozen=True, slots=True)
class Study:
    """The tables of a study. docs/columns.md describes their columns.

    `summary` has a row for each query. `by` has each query by period, place, kind and type. `pairs` has every two
    queries. `terms` has each part of a query separately. `matrix` has reports and queries, None where a report was not
    searched. `passages` has each passage with a mention, and `mentions` each mention. `about` is the record of what was
    searched and when.
    """

    summary: Table
    by: Table
    pairs: Table
    terms: Table
    matrix: Table
    passages: Table
    mentions: Table
    about: About

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON, without passages and mentions."""
        tables = {name: getattr(self, name).rows for name in ("summary", "by", "pairs", "terms")}
        generation, coverage = dict(self.about.generation), self.about.coverage.to_dict()
        about = {"asked_at": self.about.asked_at, "counted": self.about.counted}
        return {**about, "generation": generation, "coverage": coverage, **tables}

    def _repr_html_(self) -> str:
        about = f"Searched {self.about.searched} on {self.about.asked_at}. N counts {self.about.counted}."
        return f"<p>{about}</p>{self.summary._repr_html_()}"


def study(source: Source, asked: Queries, filters: Filters = EVERYTHING, periods: Periods = ()) -> Study:
    """Run the queries. `filters` apply to every query that does not have its own filter of the same kind.

    Raises UsageError if there are no queries, or one of them cannot be run.
    """
    if not isinstance(filters, Filters):
        raise UsageError("`filters` must be a Filters, such as Filters(years=(2015, None)).")
    questions = [narrowed(each, filters) for each in _questions(asked)]
    with TemporaryDirectory() as folder:
        out = Path(folder) / "study.jsonl"
        done = runner.run(questions, source, out, form="jsonl", periods=periods, each=True)
        wrong = [f"{answer.question.id}: {answer.cause}" for answer in done.about.answers if answer.error]
        if wrong:
            raise UsageError("These queries cannot be run. " + " ".join(wrong))
        extras = tuple(dict.fromkeys(name for question in questions for name, _ in question.extra))
        ids = [question.id for question in questions]
        names = [f"query {name}" if name in MATRIX else name for name in ids]

        def table(name: str, columns: Sequence[str], **types: Sequence[str]) -> Table:
            path = out.with_suffix(f".{name}.jsonl") if name else out
            return Table(_lines(path), columns, **types)

        return Study(
            summary=table("summary", (*SUMMARY, *extras), text=extras),
            by=table("by", BY),
            pairs=table("pairs", PAIRS),
            terms=table("terms", TERMS),
            matrix=table("matrix", (*MATRIX, *names), whole=names),
            passages=table("", (*COLUMNS, *extras), text=extras),
            mentions=table("mentions", EACH),
            about=done.about,
        )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():  # pairs, if there are too many queries
        return
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _questions(asked: Queries) -> list[Question]:
    if isinstance(asked, (str, Path)):
        path = Path(asked)
        if not path.is_file():
            raise UsageError(
                f"There is no sheet of queries at {path}. Give a path, a list of queries, or a dictionary."
            )
        return read(path.read_bytes(), path.name).questions
    if not isinstance(asked, Iterable):
        raise UsageError(f"The queries cannot be {str(asked)[:80]}. Give a path, a list of queries, or a dictionary.")
    named = asked.items() if isinstance(asked, Mapping) else enumerate(asked, 1)
    found = [
        query if isinstance(query, Question) else Question(str(name), _text(query), line)
        for line, (name, query) in enumerate(named, 1)
    ]
    if not found:
        raise UsageError("There are no queries. Give a list such as ['neglect', 'school'].")
    return found


def _text(query: object) -> str:
    if not isinstance(query, str):
        raise UsageError(f"A query must be text, and {str(query)[:80]!r} is not.")
    return query
