"""From Python: studies, data frames, notebooks, and messages for what is not possible."""

import os
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import reviews
from corpus.errors import UsageError
from reviews.library import Library
from reviews.maintenance.update import run
from search.notebook import marked
from tests.demonstration import demonstration

NOT_A_TEXT: Any = 5
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with reviews.open(demonstration(tmp_path_factory, "python")) as library:
        yield library


@pytest.fixture(scope="module")
def study(library: Library) -> reviews.Study:
    return library.study({"N": "neglect", "S": "school OR nursery"}, periods="2010-2015,2016-2022")


def test_a_study_says_what_searches_say(library: Library, study: reviews.Study) -> None:
    for row, query in zip(study.summary, ("neglect", "school OR nursery"), strict=True):
        answer = library.search(query, limit=None, per_report=None)
        assert (row["reports"], row["mentions"]) == (answer.total, sum(hit.mentions for hit in answer))
        ids = [each for hit in answer for p in hit.passages for each in p.mention_ids(hit.report.id)]
        assert [each["mention"] for each in study.mentions if each["id"] == row["id"]] == ids
    for each in study.mentions:
        text = library.searcher().text(each["report"]).paragraphs[each["ordinal"]].text
        assert text[each["start"] : each["end"]] == each["match"]
    (pair,) = study.pairs
    assert {row["grouping"] for row in study.by} >= {"all", "period", "kind", "period and kind"}
    assert pair["of"] == pair["both"] + pair["only_a"] + pair["only_b"] + pair["neither"]
    assert len(study.matrix) == len(library.reports())


def test_the_ids_of_mentions_are_the_same_after_a_rebuild(library: Library, study: reviews.Study) -> None:
    before = library.searcher().generation
    run(library.settings, [], read=False, rebuild=True)
    again = library.study({"N": "neglect", "S": "school OR nursery"})
    assert library.searcher().generation != before
    assert again.mentions.rows == study.mentions.rows


def test_a_study_takes_a_list_a_sheet_or_a_dictionary(library: Library, tmp_path: Path) -> None:
    sheet = tmp_path / "queries.csv"
    sheet.write_text("query,section,why\nneglect,findings,=a\n")
    assert [row["id"] for row in library.study(["neglect", "school"]).summary] == ["1", "2"]
    one = library.study(sheet).summary.rows[0]
    assert (one["filters"], one["why"]) == ("section: findings", "=a")
    for nonsense in ({}, [], 5, {"N": 1}, ["neglect", None]):
        with pytest.raises(UsageError):
            library.study(nonsense)  # type: ignore[arg-type]
    for periods in (3, [(2015, 2010)], [(2010, 2015), (2014, 2016)]):
        with pytest.raises(UsageError):
            library.study(["neglect"], periods=periods)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="must be a Filters"):
        library.study(["neglect"], {"year": 2015})  # type: ignore[arg-type]


def test_a_query_that_searched_no_report_has_a_row_in_every_table(library: Library) -> None:
    study = library.study({"N": "neglect"}, reviews.Filters(years=(1900, 1901)))
    (row,) = study.by
    assert (row["grouping"], row["reports"], row["of"], row["share"], row["low"]) == ("all", 0, 0, None, None)


def test_every_table_says_what_its_numbers_count(library: Library, tmp_path: Path) -> None:
    sheet = tmp_path / "queries.csv"
    sheet.write_text("id,query,copies\nA,neglect,\nB,neglect,once\n")
    study = library.study(sheet)

    def counted(name: str) -> set[tuple[str, str]]:
        return {(row.get("id", ""), row["counted"]) for row in getattr(study, name)}

    for name in ("summary", "by", "passages", "mentions"):
        assert counted(name) == {("A", "reports"), ("B", "texts")}, name
    assert {row["counted"] for row in study.pairs} == {"texts"}
    assert counted("matrix") == {("", "reports or texts")}
    assert counted("terms") == {("A", "reports"), ("B", "reports")}, "of the whole library"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda library: library.study([]), "no queries"),
        (lambda library: library.study("nowhere.csv"), "no sheet of queries"),
        (lambda library: library.study(['"open']), "cannot be run"),
        (lambda library: library.search("neglect", sort="bogus"), "sort"),
        (lambda library: library.search("neglect", limit=-1), "limit"),
        (lambda library: library.search("neglect", years=(2015, None)), "Filters\\(years="),
        (lambda library: library.search("neglect", {"year": 2015}), "must be a Filters"),
        (lambda library: library.study(["neglect"], periods="2015-2010"), "run backwards"),
        (lambda library: reviews.Filters(years=(2020, 2015)), "run backwards"),
        (lambda library: reviews.Filters(kinds=NOT_A_TEXT), "`kind`"),
    ],
)
def test_nonsense_is_refused_with_a_message(library: Library, call: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call(library)


def test_one_filter_value_may_be_a_string(library: Library) -> None:
    assert reviews.Filters(kinds="overview report").kinds == ("overview report",)  # type: ignore[arg-type]


def test_frames_have_types_and_keep_what_is_missing(study: reviews.Study) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = study.passages.to_pandas()
    types = {name: str(frame.dtypes[name]) for name in ("year", "confidence", "report", "mentions")}
    assert types == {"year": "Int64", "confidence": "float64", "report": "string", "mentions": "Int64"}
    assert len(frame) == len(study.passages)
    assert frame["mentions"].sum() == sum(row["mentions"] for row in study.summary)


def test_arrow_takes_a_table_and_an_answer_as_they_are(library: Library, study: reviews.Study) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert pyarrow.table(study.by).to_pylist() == study.by.rows
    answer = library.search("neglect", limit=None, per_report=None)
    assert pyarrow.table(answer).to_pylist() == list(answer.rows())


def test_polars_has_the_same_rows(study: reviews.Study) -> None:
    pytest.importorskip("polars", reason="polars is not installed")
    assert study.by.to_polars().to_dicts() == study.by.rows


def test_a_notebook_shows_marks_and_citations_and_no_markup_of_a_report(library: Library, study: reviews.Study) -> None:
    answer = library.search("neglect")
    shown = answer._repr_html_()
    assert shown.count("<mark>") == sum(len(p.highlights) for hit in answer for p in hit.passages)
    assert answer.hits[0].report.title in unescape(shown)
    assert f"page {answer.hits[0].passages[0].page}" in shown
    assert marked("<b>a & b</b>", [(3, 4), (3, 8)]) == "&lt;b&gt;<mark>a</mark><mark> &amp; b</mark>&lt;/b&gt;"
    assert "<td>neglect</td>" in study.summary._repr_html_()
    assert study._repr_html_().startswith("<p>Searched ")


def in_python(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )


def test_a_file_beside_the_notebook_with_the_name_of_a_package_does_no_harm(library: Library, tmp_path: Path) -> None:
    for name in ("search", "index", "corpus"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('taken')\n")
    path = str(library.settings.library)
    ours = in_python(f"import reviews; print(reviews.open({path!r}).search('neglect').total)", tmp_path)
    assert (ours.stderr, ours.stdout.strip()) == ("", str(library.search("neglect").total))
    (tmp_path / "search.py").write_text("mine = 1\n")
    theirs = in_python("import search\nimport reviews", tmp_path)
    assert "Rename that file" in theirs.stderr
