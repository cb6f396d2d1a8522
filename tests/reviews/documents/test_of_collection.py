"""A collection as a Word document, read back, and opened by LibreOffice."""

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest

from corpus.report import Coverage, Report
from reviews.collecting.collection import Saved
from reviews.collecting.passages import Found
from reviews.documents.of_collection import collection_document
from reviews.documents.searched import Searched
from reviews.documents.word import WordDocument
from tests.patience import PATIENCE

OFFICE = shutil.which("soffice") if shutil.which("lowriter") else None
ROOT = "https://reviews.example/"
SEARCHED = Searched(Coverage(10, 9, 2, 1, 3), "0000007", "2026-11-28T02:00:00+00:00")
REPORT = Report(
    id="ab" * 32, title="Child Robin <overview> & more", board="Fernshire Partnership", area=None, child=None,
    kind="overview report", type=None, year=2022, published=None, case=None, author=None, language=None,
    url="https://board.example/robin.pdf", accessed=None, files=("robin.pdf",), pages=9, unread_pages=0, provenance={},
)  # fmt: skip
WORDS = "5.1.1 Neglect “seldom”  announces itself – £5 & <b>more</b>, 𝒏\n• a second\tline"
FOUND = [
    Found(
        Saved(REPORT.id, 41, 42, 6, "5.1.1", "0000001", "2026-11-29", "", "Ask Jo.\nOn Monday."),
        "held", "", REPORT, WORDS, 6, "3", "5.1.1",
    ),
    Found(Saved("cd" * 32, 4, 4, 2, None, "0000001", "2026-11-29"), "removed", "This report was removed."),
    Found(Saved(REPORT.id, 50, 50, 7), "held", "", REPORT, "a\x00b\x0bc\ud800d\ufffee", 7, "7", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def data() -> bytes:
    return collection_document("Neglect: a plan", FOUND, SEARCHED, ROOT)


def text_of(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def test_the_document_has_each_quotation_with_note_citation_links_and_date(data: bytes) -> None:
    told = text_of(data)
    assert told[0] == "Neglect: a plan"
    assert WORDS in told
    assert "Note: Ask Jo.\nOn Monday." in told
    place = "page 6 (printed 3), paragraph 5.1.1."
    cited = f"Fernshire Partnership (2022) Child Robin <overview> & more, overview report, {place}"
    assert f"Source: {cited}" in told
    assert f"Passage: {ROOT}reports/{'ab' * 8}/pages/6#p41" in told
    assert "Report: https://board.example/robin.pdf" in told
    assert "Saved: 29 November 2026, version 0000001." in told
    assert "Please note: This report was removed." in told
    assert "a b c d e" in told  # the others are not allowed in XML


def test_the_document_says_what_was_searched(data: bytes) -> None:
    said = "\n".join(text_of(data)).partition("What was searched")[2]
    assert "Searched 9 of 10 reports." in said
    assert "2 pages that could not be read" in said
    assert "1 file that could not be opened" in said
    assert "3 files not read yet" in said
    assert "0000007" in said


def test_only_real_links_can_be_followed(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        linked = re.findall(
            r'Target="([^"]+)" TargetMode="External"', file.read("word/_rels/document.xml.rels").decode()
        )
    assert set(linked) == {
        f"{ROOT}reports/{'ab' * 8}/pages/6#p41", f"{ROOT}reports/{'ab' * 8}/pages/7#p50", "https://board.example/robin.pdf",
    }  # fmt: skip
    document = WordDocument("x")
    for address in ("javascript:alert(1)", "/reports/ab", "https://a b", "file:///etc/passwd"):
        document.link("", address)
    with zipfile.ZipFile(io.BytesIO(document.to_bytes())) as file:
        assert b"External" not in file.read("word/_rels/document.xml.rels")


def test_the_document_names_no_author(data: bytes) -> None:
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert (properties.author, properties.comments, properties.title) == ("", "", "Neglect: a plan")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice Writer is not installed")
def test_libreoffice_opens_it_and_reads_the_same_words(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "collection.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    to_text = ("--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path))
    subprocess.run(
        [str(OFFICE), profile, "--headless", *to_text, str(tmp_path / "collection.docx")],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    told = (tmp_path / "collection.txt").read_text("utf-8-sig")
    assert WORDS in told
    assert "page 6 (printed 3), paragraph 5.1.1." in told
    assert f"{ROOT}reports/{'ab' * 8}/pages/6#p41" in told
    assert "Searched 9 of 10 reports." in told
