"""The examples on the page about Python run on the demonstration reports."""

import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import reviews
from corpus.errors import UsageError
from corpus.layout import create_library
from reviews.maintenance.update import run
from search.results import COLUMNS

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that contains a library called `library`, as the page assumes."""
    settings = create_library(tmp_path / "library")
    settings.catalogue.write_bytes((ROOT / "corpus" / "demo" / "catalogue.csv").read_bytes())
    run(settings, sorted((ROOT / "corpus" / "demo").glob("*.pdf")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Frame:
    """The part of a pandas DataFrame that the page uses. As in pandas, an unknown value is left out of the groups."""

    def __init__(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        self.rows, self.columns = rows, columns
        self.by, self.dropna, self.column = "", True, ""

    def groupby(self, name: str, dropna: bool = True) -> "Frame":
        assert name in self.columns
        self.by, self.dropna = name, dropna
        return self

    def __getitem__(self, name: str) -> "Frame":
        assert name in self.columns
        self.column = name
        return self

    def nunique(self) -> "Groups":
        found: dict[Any, set[Any]] = {}
        for row in self.rows:
            if row[self.by] is not None or not self.dropna:
                found.setdefault(row[self.by], set()).add(row[self.column])
        return Groups({value: len(unique) for value, unique in found.items()})


class Groups(dict[Any, int]):
    """The part of a pandas Series that the page uses."""

    def sum(self) -> int:
        return sum(self.values())


def test_the_examples_run_from_top_to_bottom(
    beside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "pandas" not in sys.modules:
        pandas = ModuleType("pandas")
        pandas.DataFrame = Frame  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "pandas", pandas)
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


@pytest.mark.parametrize("made_by", ["pandas", "this test"])
def test_a_report_without_a_year_is_counted_in_the_data_frame(
    made_by: str,
) -> None:
    rows = [{"report": "elm", "year": 2019}, {"report": "elm", "year": 2019}, {"report": "yew", "year": None}]
    made: Any = Frame
    if made_by == "pandas":
        made = pytest.importorskip("pandas", reason="pandas is not installed").DataFrame
    (block,) = [block for block in BLOCKS if "to_pandas" in block]
    names: dict[str, Any] = {
        "everything": SimpleNamespace(total=2, to_pandas=lambda: made(rows, columns=["report", "year"]))
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
    assert set(reviews.__all__) == {"Filters", "Hit", "Library", "Passage", "Report", "Results", "open"}
    assert {name for name in reviews.__all__ if f"| `{name}` |" not in page} == set()
    assert all(getattr(reviews, name).__doc__ for name in reviews.__all__)


def test_what_a_report_is_asked_for_on_the_page_is_a_field_of_it() -> None:
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    asked = set(re.findall(r"\breport\.([a-z_]+)", "".join(BLOCKS)))
    (listed,) = re.findall(r"^A `Report` has (.*?)\.$", page, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([a-z_]+)`", listed))
    assert asked <= named == set(reviews.Report.__dataclass_fields__) | {"file", "searchable", "year_source"}
