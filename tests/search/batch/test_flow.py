"""The numbers of the flow diagram add up, and each agrees with the library."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.report import Report
from reviews.cli.main import main
from reviews.library import Library
from search.batch.flow import flow, svg
from search.filters import Filters


def test_the_flow_is_what_a_search_and_the_library_say(demo: Library, tmp_path: Path) -> None:
    filters = Filters(years=(2016, None))
    found = demo.flow(["neglect", "school"], filters)
    hits = {
        hit.report.id: hit.report
        for query in ("neglect", "school")
        for hit in demo.search(query, filters, limit=None, per_report=0)
        if hit.report.searchable
    }
    assert found.included == len(hits)
    assert found.cases == len({report.case or report.id for report in hits.values()})
    assert found.screened == len(demo.reports())
    assert found.unknown_year == sum(report.year is None and report.searchable for report in demo.reports())
    assert found.unreadable == len(demo.failures())
    numbers = {row["stage"]: row["n"] for row in found.rows()}
    removed = sum(n for stage, n in numbers.items() if stage.startswith("removed: "))
    excluded = sum(n for stage, n in numbers.items() if stage.startswith("excluded: "))
    assert numbers["files identified"] - removed - excluded == numbers["reports included"]


def test_the_command_prints_json_and_draws_the_diagram(demo: Library, tmp_path: Path) -> None:
    words = ["--library", str(demo.settings.library), "flow", "neglect", "--year", "2016.."]
    told = CliRunner().invoke(main, [*words, "--json"])
    rows = json.loads(told.stdout)["flow"]
    out = tmp_path / "flow.svg"
    assert CliRunner().invoke(main, [*words, "--out", str(out)]).exit_code == 0
    shown = " ".join(ElementTree.fromstring(out.read_text("utf-8")).itertext())
    for number in {row["n"] for row in rows}:
        assert re.search(rf"\b{number}\b", shown)


@pytest.mark.parametrize("years", [True, False])
def test_each_report_leaves_at_one_step_only(years: bool) -> None:
    def report(name: str, year: int | None, unread: int = 0, files: int = 1) -> Report:
        return Report(
            name,
            tuple(f"{name}{n}.pdf" for n in range(files)),
            name,
            1,
            unread,
            year=year,
            case="one",
            searchable=unread == 0,
        )

    known = [report("a", 2015, files=3), report("b", None), report("c", 2020), report("d", 2020), report("e", 2020, 1)]
    found = flow(known, {"c", "d", "e"}, {"a", "c", "e"}, years=years, failures=2, waiting=1, removed=4)
    assert (found.included, found.no_match, found.no_text, found.cases) == (1, 1, 1, 1)
    assert (found.unknown_year, found.filtered) == ((1, 1) if years else (0, 2))
    assert (found.screened, found.identified) == (5, 5 + 2 + 4 + 2 + 1)
    assert f"Files identified: {found.identified}" in svg(found)
