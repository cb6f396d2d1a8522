"""The examples on the page about Python run on the demonstration reports."""

import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import reviews
from corpus.errors import UsageError
from search.results import COLUMNS
from tests.demonstration import demonstration

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library for reading only. See `beside`."""
    return demonstration(tmp_path_factory, "python")


@pytest.fixture
def beside(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that contains a library called `library`, as the page assumes."""
    shutil.copytree(built, tmp_path / "library")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_run_from_top_to_bottom(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    names: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "2 reports of" in printed
    assert "longer than 10,000 characters" in printed or "more than 500 words" in printed
    assert set(names["marked"]) <= {passage for passage in names["marked"] if passage}
    assert names["by_year"]
    assert names["themes"]["Neglect (any)"] == names["answer"].total
    assert names["inside"].total == 1
    assert names["like_it"]
    assert list(names["rows"][0]) == list(COLUMNS)
    assert len(BLOCKS) >= 6


def test_a_report_without_a_year_is_counted_in_the_data_frame() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    rows = [{"report": "elm", "year": 2019}, {"report": "elm", "year": 2019}, {"report": "yew", "year": None}]
    (block,) = [block for block in BLOCKS if "everything.to_pandas" in block]
    names: dict[str, Any] = {
        "everything": SimpleNamespace(total=2, to_pandas=lambda: pandas.DataFrame(rows, columns=["report", "year"]))
    }
    exec(compile(block, "docs/python.md", "exec"), names)
    assert names["reports_by_year"][2019] == 1
    assert names["reports_by_year"].sum() == 2


def test_without_pandas_the_error_says_how_to_install_it(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with reviews.open("library") as library, pytest.raises(UsageError, match="pip install pandas"):
        library.search("neglect").to_pandas()


def test_the_package_shows_its_public_names_and_the_page_explains_each() -> None:
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    assert dir(reviews) == sorted(reviews.__all__)
    assert set(reviews.__all__) == {
        "Filters",
        "Hit",
        "Library",
        "Passage",
        "Report",
        "Results",
        "Study",
        "Table",
        "open",
    }
    assert {name for name in reviews.__all__ if f"| `{name}` |" not in page} == set()
    assert all(getattr(reviews, name).__doc__ for name in reviews.__all__)


def test_what_a_report_is_asked_for_on_the_page_is_a_field_of_it() -> None:
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    asked = set(re.findall(r"\breport\.([a-z_]+)", "".join(BLOCKS)))
    (listed,) = re.findall(r"^A `Report` has (.*?)\.$", page, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([a-z_]+)`", listed))
    assert asked <= named == set(reviews.Report.__dataclass_fields__) | {"file", "searchable", "year_source"}


def test_the_example_notebook_runs(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    cells = json.loads((ROOT / "docs" / "study.ipynb").read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells), "the outputs quote reports, so they are not kept"
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert (beside / "by.csv").exists()
    assert len(names["trend"]) >= 3
    assert capsys.readouterr().out.count("True\n") == 2, "the numbers add up"


def test_the_example_notebook_runs_in_jupyter(beside: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    notebook = nbformat.read(ROOT / "docs" / "study.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(beside)}}, timeout=120).execute()
    shown = str(notebook.cells)
    assert "<mark>" in shown
