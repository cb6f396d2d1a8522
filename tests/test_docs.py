"""What the program has, the documentation explains; and what the documentation points to exists."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.catalogue import rows as catalogue_rows
from corpus.files import Reason
from corpus.model import SectionKind
from corpus.settings import HELP, Settings
from search.batch import outputs, search_log

ROOT = Path(__file__).parent.parent
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
    """The anchors that a reader gets for the headings of a page."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: Path) -> dict[str, str]:
    """The rows of the tables of a page whose first cell is code: its name and the rest of the row."""
    return dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{named(page)} links to {target}, which is not there"
        if anchor:
            assert anchor in anchors(file), f"{named(page)} links to {target}, but that page has no such heading"


def test_the_settings_that_are_documented_are_those_that_exist() -> None:
    documented = rows(DOCS / "library.md")
    settable = {field.name for field in dataclasses.fields(Settings)} - {"library"}
    assert set(documented) == settable == set(HELP)
    assert "`60.0`" in documented["max_seconds"]


@pytest.mark.parametrize(
    ("page", "part", "columns"),
    [
        ("data-format.md", "## The catalogue", catalogue_rows.COLUMNS),
        ("batch.md", "## One row a passage", outputs.COLUMNS),
        ("batch.md", "## The summary", outputs.SUMMARY),
        ("batch.md", "## The search log", search_log.COLUMNS),
    ],
)
def test_every_column_of_a_table_is_documented(page: str, part: str, columns: tuple[str, ...]) -> None:
    section = (DOCS / page).read_text(encoding="utf-8").partition(part)[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert re.findall(r"`([^`]+)`", " ".join(first_cells)) == list(columns)


def test_every_reason_of_a_failure_is_explained() -> None:
    explained = rows(DOCS / "glossary.md")
    assert {reason.value for reason in Reason} == set(explained)


def test_every_kind_of_section_is_in_the_glossary() -> None:
    section = (
        (DOCS / "glossary.md").read_text(encoding="utf-8").partition("## Kinds of section")[2].partition("\n## ")[0]
    )
    assert set(re.findall(r"`([^`]+)`", section)) == {kind.value for kind in SectionKind}


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = set(links(DOCS / "adr" / "README.md"))
    assert listed == {path.name for path in (DOCS / "adr").glob("0*.md")}


def test_every_decision_is_short() -> None:
    for path in (DOCS / "adr").glob("0*.md"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 40, (
            f"{path.name} is longer than a decision should be"
        )


def test_the_walk_through_the_folders_passes_every_module_and_no_other() -> None:
    walk = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for package in ("corpus", "ingest", "index", "search", "reviews"):
        room = walk.partition(f"\n## `{package}/`")[2].partition("\n## ")[0]
        passed = set(re.findall(r"`(\w+\.py)`", room))
        assert passed == {path.name for path in (ROOT / package).glob("*.py")} - {"__init__.py"}, package


def test_code_that_names_a_page_of_the_documentation_names_one_that_exists() -> None:
    for module in [
        path
        for package in ("corpus", "ingest", "index", "search", "reviews")
        for path in (ROOT / package).rglob("*.py")
    ]:
        for target in re.findall(r"\bdocs/[\w/-]+(?:\.md)?", module.read_text(encoding="utf-8")):
            found = (ROOT / target).exists() or list(DOCS.parent.glob(f"{target}-*.md"))
            assert found, f"{module.relative_to(ROOT)} points to {target}, which is not there"
