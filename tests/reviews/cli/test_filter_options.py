"""Every filter is available everywhere, and years are read in the same way everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from werkzeug.datastructures import MultiDict

from corpus.errors import UsageError
from docs import generate
from index.query import Field
from reviews.cli.filter_options import filtered
from reviews.cli.main import main
from reviews.web.parameters import SearchParameters, pairs_of
from reviews.web.views.openapi import PATHS
from search.filters import FILTERS, Filters
from search.parsing.parser import parse
from search.sheets import query_sheet
from search.years import Span
from search.years import read as read_years
from tests.command import ROOT, environment

NAMES = [each.name for each in FILTERS]
COMMANDS = {c.command_path: c.command for c in generate.commands(main, generate.fresh(main, "reviews"))}
NARROWED = (
    *("batch", "briefing", "compare", "concordance", "export", "flow", "follow add", "recommendations", "sample"),
    *("search", "terms", "trends"),
)


def options(command: click.Command) -> set[str]:
    return {option.removeprefix("--") for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("name", NARROWED)
def test_a_command_that_searches_takes_every_filter(name: str) -> None:
    assert set(NAMES) <= options(COMMANDS[f"reviews {name}"])


def test_no_command_takes_some_filters_and_lacks_another() -> None:
    for path, command in COMMANDS.items():
        taken = options(command) & set(NAMES)
        assert taken in (set(), set(NAMES)), f"{path} lacks {set(NAMES) - taken}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in PATHS
        if path.startswith(("/search", "/recommendations", "/trends", "/concordance", "/terms", "/compare"))
        or path == "/"
    ],
)
def test_an_address_that_searches_takes_every_filter(path: str) -> None:
    assert set(NAMES) <= {each["name"] for each in PATHS[path]["get"]["parameters"]}


def test_a_sheet_has_a_column_for_every_filter() -> None:
    values = {each.name: each.choices[0] if each.choices else "2015" for each in FILTERS}
    data = f"query,{','.join(values)}\nneglect,{','.join(values.values())}\n"
    (row,) = query_sheet.questions(data.encode(), "sheet.csv")
    assert row.error == ""
    assert row.filters == Filters.read(values)
    assert dict(row.given) == values


def test_filters_survive_a_round_trip_through_the_parameters() -> None:
    typed = {each.name: [each.choices[0] if each.choices else "2015"] for each in FILTERS}
    asked = SearchParameters.read(MultiDict([(name, value) for name, values in typed.items() for value in values]))
    assert asked.filters == Filters.read(typed)
    assert SearchParameters.read(MultiDict(pairs_of(asked.filters))).filters == asked.filters


# Years


def by_option(typed: str) -> Filters:
    found = []

    @click.command()
    @filtered
    def command(filters: Filters) -> None:
        found.append(filters)

    result = CliRunner().invoke(command, ["--year", typed])
    if isinstance(result.exception, UsageError):
        raise result.exception
    return found[0]


def by_cell(typed: str) -> Filters:
    (row,) = query_sheet.questions(json.dumps({"query": "neglect", "year": typed}).encode(), "sheet.jsonl")
    if row.error:
        raise UsageError(row.error)
    return row.filters


def by_parameter(typed: str) -> Filters:
    return SearchParameters.read(MultiDict({"q": "neglect", "year": typed})).filters


def by_python(typed: str) -> Filters:
    return Filters.read({"year": typed})


def by_field(typed: str) -> Filters:
    parsed = parse(f'year:"{typed}"')
    if parsed.warnings:
        raise UsageError("; ".join(parsed.warnings))
    assert isinstance(parsed.tree, Field)
    return Filters(years=read_years(parsed.tree.value))


READERS = [by_option, by_cell, by_parameter, by_python, by_field]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("2015", (2015, 2015)),
        ("2015-2020", (2015, 2020)),
        ("2015..2020", (2015, 2020)),
        ("2015–2020", (2015, 2020)),
        ("2015 to 2020", (2015, 2020)),
        ("2015-", (2015, None)),
        ("2015..", (2015, None)),
        ("-2020", (None, 2020)),
        ("..2020", (None, 2020)),
    ],
)
def test_years_are_read_the_same_everywhere(read: Callable[[str], Filters], typed: str, span: Span) -> None:
    assert read(typed).years == span


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("typed", ["15", "20155", "2015-16", "2020..2015", "2020-2015", "soon"])
def test_an_invalid_year_is_refused_or_reported_everywhere(read: Callable[[str], Filters], typed: str) -> None:
    with pytest.raises(UsageError):
        read(typed)


def test_an_empty_filter_option_does_not_match_everything() -> None:
    result = CliRunner().invoke(main, ["search", "neglect", "--board", " "])
    assert result.exit_code == 2
    assert "--board is empty" in result.stderr


# One more filter: a line in the table, and nothing else

ONE_MORE = '''
import sys, types
from pathlib import Path
import search

path = Path(search.__path__[0]) / "filters.py"
row = """authors: tuple[str, ...] = field(default=(), metadata=_as("author", "Only reports by this author.", "Author"))
    reports: tuple"""
source = path.read_text("utf-8").replace("reports: tuple", row, 1)
module = sys.modules["search.filters"] = search.filters = types.ModuleType("search.filters")
exec(compile(source, str(path), "exec"), module.__dict__)

import json
from click.testing import CliRunner
from werkzeug.datastructures import MultiDict
from docs import generate
from reviews.cli.main import main
from reviews.library import Library
from reviews.web.app import create_app
from reviews.web.views.openapi import PATHS
from search.sheets.query_sheet import questions

library, study = sys.argv[1:]
told = {}
told["commands"] = [
    context.command_path.removeprefix("reviews ")
    for context in generate.commands(main, generate.fresh(main, "reviews"))
    if any("--author" in parameter.opts for parameter in context.command.params)
]
words = ["search", "child", "--author", "Thimblewood", "--json", "--log", study]
answer = CliRunner().invoke(main, ["--library", library, *words])
told["option"] = [hit["report"]["author"] for hit in json.loads(answer.stdout)["hits"]]
told["log"] = json.loads(Path(study).read_text("utf-8"))["limits"]
(row,) = questions(b"query,author\\nchild,Thimblewood\\n", "sheet.csv")
with Library(Path(library)) as opened:
    told["sheet"] = [hit.report.author for hit in opened.search(row.query, row.filters)]
told["addresses"] = [
    path for path, what in PATHS.items() if any(each["name"] == "author" for each in what["get"]["parameters"])
]
app = create_app(Path(library))
page = app.test_client()
hits = page.get("/search.json?q=child&author=Thimblewood").get_json()["hits"]
told["page"] = [hit["report"]["author"] for hit in hits]
shown = page.get("/?q=child&author=Thimblewood").text
told["chip"] = "Remove the filter" in shown
told["kept"] = '<input type="hidden" name="author" value="Thimblewood">' in shown
app.extensions["pool"].close()
told["documentation"] = "| author | Only reports by this author. | `--author` | `author` |" in generate.query_language()
print(json.dumps(told))
'''


def test_a_filter_added_to_the_table_appears_everywhere(demo: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", ONE_MORE, str(demo), str(tmp_path / "study.jsonl")]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=environment(), cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    authors = ["Jocasta Thimblewood"]
    assert tuple(told["commands"]) == NARROWED
    assert told["option"] == told["sheet"] == told["page"] == authors
    assert told["log"] == "author: Thimblewood"
    assert {"/", "/search.json", "/recommendations.json", "/trends.json"} <= set(told["addresses"])
    assert told["chip"]
    assert told["kept"]
    assert told["documentation"]


# What the commands do with them


@pytest.fixture
def asked(demo: Path) -> Callable[..., list[dict[str, object]]]:
    def ask(*words: str) -> list[dict[str, object]]:
        result = CliRunner().invoke(main, ["--library", str(demo), *words, "--json"])
        assert result.exit_code == 0, result.output
        (rows,) = (value for value in json.loads(result.stdout).values() if isinstance(value, list))
        return list(rows)

    return ask


@pytest.mark.parametrize(
    "words",
    [
        ("concordance", "child"),
        ("recommendations",),
        ("trends", "child"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "narrow",
    [
        ("--area", "Fernshire"),
        ("--child", "Child Robin"),
        ("--theme", "Voice of the child"),
        ("--year", "2022 to 2024"),
        ("--section", "recommendations"),
    ],
    ids=" ".join,
)
def test_an_analysis_is_narrowed_by_every_filter(
    asked: Callable[..., list[dict[str, object]]], words: tuple[str, ...], narrow: tuple[str, ...]
) -> None:
    every, some = asked(*words), asked(*words, *narrow)
    assert some
    assert some != every


@pytest.mark.parametrize("words", [("concordance",), ("trends",), ("recommendations",), ("compare", "school")])
def test_an_analysis_reports_guesses_and_values_that_no_report_has(demo: Path, words: tuple[str, ...]) -> None:
    narrow = ("year:2024..2000 child", "--area", "Nosuchshire", "--json")
    result = CliRunner().invoke(main, ["--library", str(demo), *words, *narrow])
    assert "the years were the wrong way round" in result.stderr
    assert "No report has the area “Nosuchshire”" in result.stderr


def test_an_export_reports_values_that_no_report_has(demo: Path, tmp_path: Path) -> None:
    words = ["--library", str(demo), "export", "--board", "Nosuch", "--out", str(tmp_path / "out.csv")]
    assert "No report has the board “Nosuch”" in CliRunner().invoke(main, words).stderr


def test_a_batch_filter_applies_to_rows_that_have_none_of_their_own(demo: Path, tmp_path: Path) -> None:
    given = tmp_path / "sheet.csv"
    given.write_text("id,query,area\nA,child,\nB,child,Wendlemere\n", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    words = ["--library", str(demo), "batch", str(given), "--out", str(out), "--jobs", "1", "--area", "Fernshire"]
    result = CliRunner().invoke(main, [*words, "--year", "2000-"])
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out.about.json").read_text("utf-8"))
    assert [row["filters"] for row in record["queries"]] == [
        {"year": "2000..", "area": "Fernshire"},
        {"year": "2000..", "area": "Wendlemere"},
    ]
    assert [row["reports"] for row in record["queries"]] == [
        len(_hits(demo, "child", area)) for area in ("Fernshire", "Wendlemere")
    ]
    assert CliRunner().invoke(main, [*words[:3], "--template", "--area", "Fernshire"]).exit_code == 2


def _hits(demo: Path, query: str, area: str) -> list[dict[str, object]]:
    words = ["--library", str(demo), "search", query, "--area", area, "--limit", "50", "--json"]
    return list(json.loads(CliRunner().invoke(main, words).stdout)["hits"])


def test_citations_of_a_section_need_a_query(demo: Path, tmp_path: Path) -> None:
    words = ["--library", str(demo), "export", "--section", "findings", "--out", str(tmp_path / "out.ris")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "Give a QUERY" in result.stderr
    assert CliRunner().invoke(main, [*words, "neglect"]).exit_code == 0
