"""A data package describes its files, its keys are valid, and its Parquet and CSV files agree."""

import csv
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reviews.cli.main import main
from reviews.library import Library

SHEET = "id,query,section,note\n012345678901,=CSE OR neglect,,=note\nS,school,findings,\n"
CAST: dict[str, Any] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": {"true": True, "false": False}.__getitem__,
}


@pytest.fixture(scope="module")
def folder(demo: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    folder = tmp_path_factory.mktemp("package")
    (folder / "queries.csv").write_text(SHEET)
    words = ["--library", str(demo.settings.library), "export", "--queries", str(folder / "queries.csv")]
    done = CliRunner().invoke(main, [*words, "--package", str(folder / "study"), "--text"])
    assert done.exit_code == 0, done.output
    again = CliRunner().invoke(main, [*words, "--package", str(folder / "study")])
    assert "is not empty" in again.output
    return folder / "study"


def read(folder: Path, resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a CSV file, with the types from the description."""
    types = {field["name"]: CAST[field["type"]] for field in resource["schema"]["fields"]}
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: types[name](cell) if cell else None for name, cell in row.items()} for row in rows]


def test_every_file_is_as_described_and_parquet_says_the_same(folder: Path) -> None:
    from pyarrow import parquet

    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        rows = read(folder, resource)
        same = parquet.read_table(folder / resource["parquet"]).to_pylist()
        assert rows == [{name: value if value != "" else None for name, value in row.items()} for row in same]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_nobody_else_can_read_it(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_keys_are_unique_and_lead_to_a_row(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    tables = {each["name"]: read(folder, each) for each in package["resources"]}
    for each in package["resources"]:
        schema = each["schema"]
        if key := schema.get("primaryKey"):
            values = [tuple(row[name] for name in key) for row in tables[each["name"]]]
            assert len(values) == len(set(values)), each["name"]
        for foreign in schema.get("foreignKeys", ()):
            (column,), to = foreign["fields"], foreign["reference"]
            held = {row[to["fields"][0]] for row in tables[to["resource"]]}
            assert {row[column] for row in tables[each["name"]]} <= held | {None}


def test_ids_are_text_queries_are_unguarded_and_the_codebook_is_complete(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    tables = {each["name"]: read(folder, each) for each in package["resources"]}
    assert [(row["id"], row["query"], row["note"]) for row in tables["queries"]] == [
        ("012345678901", "=CSE OR neglect", "=note"),
        ("S", "school", None),
    ]
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as file:
        codebook = {(row["table"], row["column"]): row["meaning"] for row in csv.DictReader(file)}
    assert codebook["queries", "note"] == "a column of the sheet of queries"  # elsewhere, `note` is of a coder
    assert codebook["passages", "section"] == "the kind of section"
    assert list(codebook) == [
        (each["name"], field["name"]) for each in package["resources"] for field in each["schema"]["fields"]
    ]
    record = json.loads((folder / "study.about.json").read_text("utf-8"))
    assert [row["id"] for row in record["queries"]] == ["012345678901", "S"]
    assert tables["paragraphs"]
