"""The documentation covers everything in the program, and every link in it works."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.catalogue import rows as catalogue_rows
from corpus.model import SectionKind
from corpus.reasons import Reason
from corpus.settings import HELP, NAMES, Settings
from search.batch import columns, search_log

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> Iterator[str]:
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def anchors(page: Path) -> set[str]:
    """Return the anchors that code hosts give to the headings of a page."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: Path) -> dict[str, str]:
    """Return the table rows of a page whose first cell is code, by that cell, with the rest of the row."""
    return dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{named(page)} links to {target}, which does not exist"
        if anchor:
            assert anchor in anchors(file), f"{named(page)} links to {target}, but that page has no such heading"


def test_the_documented_settings_are_the_settings_that_exist() -> None:
    documented = rows(DOCS / "library.md")
    settable = set(NAMES.values())
    assert NAMES.keys() == {field.name for field in dataclasses.fields(Settings)} - {"library"}
    assert set(documented) == settable == set(HELP)
    assert "`60.0`" in documented["max_seconds"]


@pytest.mark.parametrize(
    ("page", "part", "columns"),
    [
        ("data-format.md", "## The catalogue", catalogue_rows.COLUMNS),
        ("batch.md", "## The mentions", columns.COLUMNS),
        ("batch.md", "## The summary", columns.SUMMARY),
        ("batch.md", "## Reports with most of the words", columns.MOST),
        ("batch.md", "## The search log", search_log.COLUMNS),
    ],
)
def test_every_column_of_a_table_is_documented(page: str, part: str, columns: tuple[str, ...]) -> None:
    section = (DOCS / page).read_text(encoding="utf-8").partition(part)[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert re.findall(r"`([^`]+)`", " ".join(first_cells)) == list(columns)


def test_every_failure_reason_is_explained() -> None:
    explained = rows(DOCS / "glossary.md")
    assert {reason.value for reason in Reason} == set(explained)


def test_every_kind_of_section_is_in_the_glossary() -> None:
    section = (
        (DOCS / "glossary.md").read_text(encoding="utf-8").partition("## Kinds of section")[2].partition("\n## ")[0]
    )
    assert set(re.findall(r"`([^`]+)`", section)) == {kind.value for kind in SectionKind}


def test_every_decision_is_listed() -> None:
    listed = set(links(DOCS / "adr" / "README.md"))
    assert listed == {path.name for path in (DOCS / "adr").glob("0*.md")}


def test_every_decision_is_short() -> None:
    for path in (DOCS / "adr").glob("0*.md"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 40, (
            f"{path.name} is longer than a decision should be"
        )


PACKAGES = ("corpus", "ingest", "index", "search", "reviews")


def folders() -> list[Path]:
    """Return every package and sub-package of the program."""
    return [file.parent for package in PACKAGES for file in sorted((ROOT / package).rglob("__init__.py"))]


def described_folders() -> dict[str, list[str]]:
    """Return the folders that ARCHITECTURE.md describes, each with the modules listed under its heading."""
    page = FENCED.sub("", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    parts = re.split(r"^#+ `([\w/]+)/`: [^\n]+\?$|^#+ .*$", page, flags=re.MULTILINE)
    return {
        folder: re.findall(r"^- `(\w+\.py)`: \S", text, re.MULTILINE)
        for folder, text in zip(parts[1::2], parts[2::2], strict=True)
        if folder is not None
    }


def test_the_architecture_page_describes_every_folder_with_the_question_that_it_answers() -> None:
    assert sorted(described_folders()) == sorted(folder.relative_to(ROOT).as_posix() for folder in folders())


def test_every_stop_in_a_picture_of_the_architecture_is_a_link_in_the_list_below_it() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    pictures = re.findall(r"^```mermaid\n(.*?)^```\n(.*?)^#", page, re.MULTILINE | re.DOTALL)
    assert len(pictures) == 2
    for picture, below in pictures:
        stops = re.findall(r"[\[(](\d+) \w", picture)
        assert stops == re.findall(r"^(\d+)\. \[", below, re.MULTILINE) == [str(n + 1) for n in range(len(stops))]


@pytest.mark.parametrize("folder", folders(), ids=named)
def test_the_architecture_page_names_every_module_of_a_folder_once_and_no_other(folder: Path) -> None:
    described = described_folders().get(named(folder), [])
    assert sorted(described) == sorted(path.name for path in folder.glob("*.py") if path.name != "__init__.py")


def test_code_refers_only_to_documentation_that_exists() -> None:
    for module in [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]:
        for target in re.findall(r"\bdocs/[\w/-]+(?:\.md)?", module.read_text(encoding="utf-8")):
            found = (ROOT / target).exists() or list(DOCS.parent.glob(f"{target}-*.md"))
            assert found, f"{module.relative_to(ROOT)} refers to {target}, which does not exist"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_benchmark_that_a_page_names_exists(page: Path) -> None:
    for name in re.findall(r"python -m (benchmarks[\w.]*\w)", page.read_text(encoding="utf-8")):
        path = ROOT / name.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{named(page)} names {name}"


def test_every_benchmark_is_on_a_page_that_says_what_it_measures() -> None:
    pages = ("performance.md", "reliability.md", "reading.md", "ranking.md", "opensearch.md")
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in pages)
    for path in (ROOT / "benchmarks").glob("*/*.py"):
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
            assert f"python -m {name}" in text, f"no page names {name}"
