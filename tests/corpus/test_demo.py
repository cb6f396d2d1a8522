"""The demonstration reports are made from their texts, are fictional, and contain what they are meant to
demonstrate.
"""

import csv
import hashlib
import json
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest

from corpus.demo.build import build
from corpus.model import SectionKind

DEMO = Path(__file__).parents[2] / "corpus" / "demo"
TRUTH: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "demo_truth.json").read_text(encoding="utf-8"))[
    "files"
]
REPORTS = sorted(name for name, report in TRUTH.items() if report["outcome"] == "report")
HIDDEN = "Zebediah Quillfeather"
ROLES = {"cover", "heading", "body", "bullet", "table head", "table row", "footnote"}


def pdfium_pages(name: str) -> list[str]:
    with pypdfium2.PdfDocument(DEMO / name) as document:
        return [page.get_textpage().get_text_range() for page in document]


def pypdf_pages(name: str) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(DEMO / name).pages]


READERS = {"pdfium": pdfium_pages, "pypdf": pypdf_pages}


def letters(text: str) -> str:
    """Return text without white space, hyphens and bullets, so that the output of two readers can be compared."""
    return re.sub(r"[\s\-\u00ad\ufffe\uf0b7\u2022]+", "", unicodedata.normalize("NFKC", text))


def paragraphs(name: str) -> list[tuple[int, dict[str, Any]]]:
    return [(page["number"], entry) for page in TRUTH[name]["pages"] for entry in page["paragraphs"]]


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path, tmp_path / "truth.json")
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "truth.json"}
    kept = {path.name: path.read_bytes() for path in [*DEMO.glob("*.pdf"), DEMO / "catalogue.csv"]}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["files"] == TRUTH


def test_the_truth_names_every_file_by_its_hash() -> None:
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DEMO.glob("*.pdf")}
    assert {name: report["sha256"] for name, report in TRUTH.items()} == hashes


def test_the_whole_set_is_small() -> None:
    assert sum(path.stat().st_size for path in DEMO.glob("*.pdf")) < 1_500_000


def test_the_readme_explains_every_file_and_says_that_all_is_fiction() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    assert [name for name in TRUTH if f"`{name}`" not in readme] == []
    assert "Everything here is fiction" in readme


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_page_of_text_says_that_it_is_fictional_and_holds_what_was_written(name: str, reader: str) -> None:
    pages = [letters(text) for text in READERS[reader](name)]
    assert len(pages) == len(TRUTH[name]["pages"])
    for page in TRUTH[name]["pages"]:
        assert any("FICTIONAL DEMONSTRATION REPORT" in footer for footer in page["footer"])
        text = pages[page["number"] - 1]
        if page["scanned"]:
            assert text == ""
            continue
        asides = page["header"] + page["footer"] + page["contents"] + page["cover_sheet"]
        dotless = re.sub(r"\.{3,}", "", text)
        assert [piece for piece in asides if letters(piece) not in dotless] == []
        for withheld in page["withheld"]:
            assert letters(withheld) in text
            text = text.replace(letters(withheld), "")
        for entry in page["paragraphs"]:
            whole, end = entry["text"], entry["turns"][0][0] if entry["turns"] else None
            marks = [offset for offset, _ in entry["marks"]]
            cuts = [0, *marks, len(whole) if end is None else end]
            pieces = [whole[a:b] for a, b in pairwise(cuts)]
            assert [piece for piece in pieces if letters(piece) not in text] == []
        turned = [(e, turn) for _, e in paragraphs(name) for turn in e["turns"] if turn[1] == page["number"]]
        assert [e["text"] for e, turn in turned if letters(e["text"][turn[0] :]) not in text] == []


@pytest.mark.parametrize("name", REPORTS)
def test_page_labels_are_those_of_the_truth(name: str) -> None:
    assert pypdf.PdfReader(DEMO / name).page_labels == [page["label"] for page in TRUTH[name]["pages"]]


@pytest.mark.parametrize("name", REPORTS)
def test_each_paragraph_has_a_known_role_and_a_kind_of_section(name: str) -> None:
    assert {entry["role"] for _, entry in paragraphs(name)} <= ROLES
    assert {entry["section"]["kind"] for _, entry in paragraphs(name)} <= {kind.value for kind in SectionKind}


def test_the_set_contains_what_it_is_meant_to_show() -> None:
    entries = [(name, page, entry) for name in REPORTS for page, entry in paragraphs(name)]
    numbers = {entry["number"] for _, _, entry in entries}
    assert {"i", "1.1", "1.5.1", "4-1", "5-A", "1", "28", "Recommendation 1", "Finding 4"} <= numbers
    assert {entry["role"] for _, _, entry in entries} == ROLES
    assert sum(bool(entry["turns"]) for _, _, entry in entries) >= 3
    kinds = {entry["section"]["kind"] for _, _, entry in entries}
    assert {"foreword", "summary", "chronology", "analysis", "findings", "learning", "action plan", "appendix"} <= kinds
    assert {page["rotation"] for name in REPORTS for page in TRUTH[name]["pages"]} == {0, 90}
    assert {page["columns"] for name in REPORTS for page in TRUTH[name]["pages"]} == {1, 2}
    scanned = {name: [page["scanned"] for page in TRUTH[name]["pages"]] for name in REPORTS}
    assert [True] in scanned.values()
    assert any(any(pages) and not all(pages) for pages in scanned.values())
    text = " ".join(entry["text"] for _, _, entry in entries)
    words = ["multi-agency", "multiagency", "multi agency", "no concerns about neglect", "DNA test", "“DNA”"]
    words += ["professional curiosity", "voice of the child", "hidden men", "was not brought", "child’s", "child's"]
    assert [word for word in words if word not in text] == []
    raw = " ".join("\n".join(pypdf_pages(name)) for name in REPORTS)
    for shape in ("safe-\nguarding", "multi-\nagency", "\u00ad\n", "\ufb01", "\uf0b7", "P a g e"):
        assert shape in raw


def test_the_numbers_of_one_report_begin_again_in_its_appendices() -> None:
    name = "Child Robin LCSPR Overview Report FINAL 14 March 2022.pdf"
    where = [entry["section"]["kind"] for _, entry in paragraphs(name) if entry["number"] == "1.1"]
    assert where == ["introduction", "appendix", "appendix"]


def test_the_covered_name_is_in_the_text_of_one_page_only_and_in_no_paragraph() -> None:
    holding = [
        (name, page["number"]) for name in REPORTS for page in TRUTH[name]["pages"] if HIDDEN in page["withheld"]
    ]
    assert holding == [("Child W Report 030924 v7 website redacted.pdf", 2)]
    for reader in READERS.values():
        found = [(name, n) for name in REPORTS for n, text in enumerate(reader(name), 1) if "Quillfeather" in text]
        assert found == holding
    assert not [entry for name in REPORTS for _, entry in paragraphs(name) if "Zebediah" in json.dumps(entry)]


def test_one_report_is_there_under_two_names() -> None:
    hashes = [report["sha256"] for report in TRUTH.values()]
    assert len(hashes) - len(set(hashes)) == 1
    assert TRUTH["FamilyM_SCR_final(1).pdf"]["sha256"] in [
        TRUTH[name]["sha256"] for name in TRUTH if name.startswith("2014")
    ]


def test_the_locked_report_opens_with_its_password_only() -> None:
    (name,) = [name for name, report in TRUTH.items() if report["outcome"] == "encrypted"]
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(DEMO / name)
    reader = pypdf.PdfReader(DEMO / name)
    assert reader.decrypt("") == pypdf.PasswordType.NOT_DECRYPTED
    assert reader.decrypt("skellmoor2024") == pypdf.PasswordType.USER_PASSWORD
    assert "Call a child a child" in reader.pages[0].extract_text()


def test_one_file_is_a_web_page_under_the_name_of_a_report() -> None:
    (name,) = [name for name, report in TRUTH.items() if report["outcome"] == "not_pdf"]
    assert (DEMO / name).read_bytes().startswith(b"<!DOCTYPE html>")


def test_the_catalogue_names_existing_files_and_agrees_with_the_truth_about_them() -> None:
    with (DEMO / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["file"] for row in rows} < set(TRUTH)
    assert any(row["sha256"] for row in rows)
    assert any(not row["sha256"] for row in rows)
    for row in rows:
        report = TRUTH[row["file"]]
        assert row["sha256"] in ("", report["sha256"])
        for field, value in report["metadata"].items():
            assert row[field] == ("" if value is None else str(value))
