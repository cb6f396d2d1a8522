"""This version opens a library made by version 0.1.0. The file next to this one is such a library."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.command import reviews

LIBRARY = Path(__file__).with_name("library-0.1.0.tar.gz")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    with tarfile.open(LIBRARY) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "library"


def told(library: Path, *words: str) -> Any:
    result = reviews(library, *words, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_it_is_searched_after_an_update_and_keeps_its_reports(library: Path) -> None:
    before = {report["id"] for report in told(library, "reports")["reports"]}
    assert len(before) == 2
    summary = told(library, "update")["ingest"]
    assert (summary["found"], summary["failed"], summary["gone"], summary["new"]) == (3, 1, 1, 0)
    assert summary["withdrawn"] == []
    assert {report["id"] for report in told(library, "reports")["reports"]} == before
    assert [hit["mentions"] > 0 for hit in told(library, "search", "Robin")["hits"]] == [True, True]
    assert reviews(library, "check", "--full").returncode == 0


def test_its_records_of_runs_are_listed(library: Path) -> None:
    told(library, "update")
    runs = told(library, "runs")["runs"]
    assert len(runs) == 3
    assert {run["versions"]["program"] for run in runs[1:]} == {"0.1.0"}


def test_before_an_update_the_search_says_what_to_do(library: Path) -> None:
    result = reviews(library, "search", "Robin")
    assert result.returncode == 4
    assert "Run `reviews update`" in result.stderr
