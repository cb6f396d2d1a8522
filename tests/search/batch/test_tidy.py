"""The tidy tables of a batch: their numbers add up, and each agrees with a search."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import UsageError
from reviews.library import Library
from search import periods
from search.batch.tidy import BY, PAIRS
from search.filters import Filters
from search.sheets.query_sheet import questions
from search.statistics.intervals import wilson

ASKED = b"""id,query,section,year
A,neglect,,
B,school,,
C,neglect OR school,findings,
D,training,,2014..2022
E,"unclosed,,
"""


@pytest.fixture(scope="module")
def folder(demo: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tidy")
    demo.batch(questions(ASKED, "q.csv"), folder / "answers.xlsx", periods=periods.read("2010-2015,2016-2022"))
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_grouping_adds_up_to_what_a_search_finds(demo: Library, folder: Path) -> None:
    rows = table(folder / "answers.by.csv")
    assert tuple(rows[0]) == BY
    words = demo.searcher().words()
    for name, query, filters in (
        ("A", "neglect", Filters()),
        ("C", "neglect OR school", Filters(sections=("findings",))),
        ("D", "training", Filters(years=(2014, 2022))),
    ):
        found = [hit for hit in demo.search(query, filters, limit=None, per_report=0) if hit.report.searchable]
        searched = [report for report in demo.searcher().reports(filters) if report.searchable]
        counted = demo.searcher().words(filters.sections) if filters.sections else words
        own = [row for row in rows if row["id"] == name]
        for by in {row["grouping"] for row in own}:
            some = [row for row in own if row["grouping"] == by]
            assert sum(int(row["reports"]) for row in some) == len(found), (name, by)
            assert sum(int(row["of"]) for row in some) == len(searched), (name, by)
            assert sum(int(row["mentions"]) for row in some) == sum(hit.mentions for hit in found), (name, by)
            assert sum(int(row["words"]) for row in some) == sum(counted[report.id] for report in searched), (name, by)


def test_intervals_rates_and_small_counts(folder: Path) -> None:
    for row in table(folder / "answers.by.csv"):
        n, of = int(row["reports"]), int(row["of"])
        assert [float(row["low"]), float(row["high"])] == pytest.approx(wilson(n, of), abs=5e-5)
        assert row["small"] == str(0 < n < 5)
        if int(row["words"]):
            assert float(row["rate"]) == pytest.approx(10_000 * int(row["mentions"]) / int(row["words"]), abs=5e-5)


def test_periods_are_those_that_were_requested(demo: Library, folder: Path) -> None:
    rows = [row for row in table(folder / "answers.by.csv") if row["id"] == "A" and row["grouping"] == "period"]
    years = [report.year for report in demo.reports() if report.searchable]
    assert {row["period"]: int(row["of"]) for row in rows} == {
        name: count
        for name, count in {
            "2010..2015": sum(2010 <= (year or 0) <= 2015 for year in years),
            "2016..2022": sum(2016 <= (year or 0) <= 2022 for year in years),
            "outside": sum(year is not None and not 2010 <= year <= 2022 for year in years),
            "unknown": years.count(None),
        }.items()
        if count
    }


def test_pairs_are_of_reports_that_both_queries_searched(demo: Library, folder: Path) -> None:
    rows = {(row["id_a"], row["id_b"]): row for row in table(folder / "answers.pairs.csv")}
    assert len(rows) == 6, "each two of four queries; that with an error has no row"
    row = rows["A", "D"]
    assert tuple(row) == PAIRS
    scope = {r.id for r in demo.searcher().reports(Filters(years=(2014, 2022))) if r.searchable}
    a, d = (
        {hit.report.id for hit in demo.search(query, limit=None, per_report=0)} & scope
        for query in ("neglect", "training")
    )
    assert [int(row[name]) for name in ("both", "only_a", "only_b", "neither", "of")] == [
        *(len(a & d), len(a - d), len(d - a), len(scope - a - d)),
        len(scope),
    ]


def test_the_parts_of_a_query_are_counted_separately(demo: Library, folder: Path) -> None:
    rows = {(row["id"], row["term"]): int(row["mentions"]) for row in table(folder / "answers.terms.csv")}
    alone = demo.search("school", Filters(sections=("findings",)), limit=None, per_report=0)
    assert rows["C", "school"] == sum(hit.mentions for hit in alone)


def test_the_mentions_of_a_passage_have_ids_that_lead_to_their_words(demo: Library, tmp_path: Path) -> None:
    demo.batch(questions(ASKED, "q.csv"), tmp_path / "answers.jsonl")
    seen: set[tuple[str, str]] = set()
    for line in (tmp_path / "answers.jsonl").read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        ids = row["mention_ids"].split("; ") if row["mention_ids"] else []
        assert len(ids) == row["mentions"] or row["error"]
        for each in ids:
            report, ordinal, offset = each.split(":")
            assert (row["id"], each) not in seen
            seen.add((row["id"], each))
            word = demo.searcher().text(report).paragraphs[int(ordinal)].text[int(offset) :]
            assert any(word.startswith(match) for match in row["match"].split("; "))
    assert seen


def test_periods_that_share_a_year_are_refused() -> None:
    with pytest.raises(UsageError, match="share a year"):
        periods.read("2010-2015,2015-2020")
    with pytest.raises(UsageError, match="share a year"):
        periods.read("2010-,2015-2020")
    assert periods.period_of(None, periods.read("2010-")) == "unknown"


def test_raw_csv_has_no_guard_and_no_mark_of_excel(demo: Library, tmp_path: Path) -> None:
    asked = questions(b"id,query\nA,=CSE\n", "q.csv")
    demo.batch(asked, tmp_path / "guarded.csv")
    demo.batch(asked, tmp_path / "raw.csv", raw=True)
    assert (tmp_path / "guarded.summary.csv").read_text("utf-8").startswith("\ufeff")
    assert table(tmp_path / "guarded.summary.csv")[0]["query"] == "'=CSE"
    assert not (tmp_path / "raw.summary.csv").read_text("utf-8").startswith("\ufeff")
    assert table(tmp_path / "raw.summary.csv")[0]["query"] == "=CSE"


def test_an_id_that_csv_would_have_to_change_is_refused() -> None:
    (one,) = questions(b"id,query\n=A1,neglect\n", "q.csv")
    assert "choose another id" in one.error
