"""A single search is logged only on request."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.errors import UsageError
from reviews.cli.main import main
from reviews.library import Library
from search.batch.search_log import COLUMNS, read
from search.filters import Filters


def run(library: Library, *words: str | Path) -> str:
    result = CliRunner().invoke(main, ["--library", str(library.settings.library), *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_logged_search_has_everything_that_a_review_must_report(demo: Library, tmp_path: Path) -> None:
    study = tmp_path / "study.jsonl"
    run(demo, "search", "neglect", "--year", "2014..", "--section", "findings", "--limit", "1", "--log", study)
    run(demo, "search", '"voice of the child', "--limit", "0", "--log", study)
    first, second = read(study, "here")
    filters = Filters(years=(2014, None), sections=("findings",))
    answer = demo.search("neglect", filters, limit=None)
    found = (answer.total, answer.cases, sum(hit.mentions for hit in answer))
    assert (first["reports"], first["cases"], first["mentions"]) == found
    assert first["of"] == sum(r.searchable and (r.year or 0) >= 2014 for r in demo.reports()) >= answer.total
    assert (first["query"], first["limits"]) == ("neglect", "year: 2014..; section: findings")
    assert (second["query"], second["read_as"]) == ('"voice of the child', '"voice of the child"')
    assert second["searched"] == f"{answer.coverage.searchable} of {answer.coverage.reports} reports"
    assert answer.generation in second["generation"]


def test_a_log_and_the_record_of_a_batch_are_exported_together(demo: Library, tmp_path: Path) -> None:
    (tmp_path / "sheet.txt").write_text("school\n", encoding="utf-8")
    run(demo, "batch", tmp_path / "sheet.txt", "--out", tmp_path / "out.csv")
    run(demo, "search", "neglect", "--log", tmp_path / "study.jsonl")
    run(demo, "log", tmp_path / "out.about.json", tmp_path / "study.jsonl", "--out", tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["query"] for row in rows] == ["school", "neglect"]
    assert tuple(rows[0]) == COLUMNS
    told = json.loads(run(demo, "log", tmp_path / "study.jsonl", "--json"))["searches"]
    assert [row["query"] for row in told] == ["neglect"]
    assert "neglect" in run(demo, "log", tmp_path / "study.jsonl")


def test_nothing_is_logged_unless_requested(demo: Library, tmp_path: Path) -> None:
    asked = "wombatlike"
    run(demo, "search", asked)
    kept = [path for path in demo.settings.library.rglob("*") if path.is_file() and asked.encode() in path.read_bytes()]
    assert kept == []


def test_any_other_file_is_left_unchanged(demo: Library, tmp_path: Path) -> None:
    for text in ("", "mine\n", '{"asked_at": "cut sh'):
        (tmp_path / "mine.txt").write_text(text)
        words = ["--library", str(demo.settings.library), "search", "neglect", "--log", str(tmp_path / "mine.txt")]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == (0 if text == "" else 2), "an empty file is a log without a search yet"
        assert (tmp_path / "mine.txt").read_text().startswith(text)
    with pytest.raises(UsageError):
        read(tmp_path / "nothing.jsonl", "here")
