"""A failed redaction: no command, export or byte of the library reveals the name under the black box."""

import json
import shutil
from pathlib import Path

import pytest

from tests.command import DEMO, reviews

FILE = "Child W Report 030924 v7 website redacted.pdf"
NAMES = ("zebediah", "quillfeather")
SEEN = "exploitation"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("withheld") / "library"
    assert reviews(library, "init").returncode == 0
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    shutil.copyfile(DEMO / FILE, library / "reports" / "redacted.pdf")
    done = reviews(library, "update")
    assert done.returncode == 0, done.stderr
    return library


def bytes_of(library: Path) -> bytes:
    """Return every byte of a library except for the report itself, ignoring case."""
    files = [path for path in library.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    return b"\n".join(path.read_bytes() for path in files).lower()


def test_no_byte_of_the_library_has_the_name(library: Path) -> None:
    held = bytes_of(library)
    assert SEEN.encode() in held
    for name in NAMES:
        assert name.encode() not in held
        assert name.encode("utf-16-le") not in held


@pytest.mark.parametrize(
    "words",
    [
        ("search", "quillfeather"),
        ("search", "quillf*"),
        ("search", "~quilfeather"),
        ("search", SEEN, "--passages", "all", "--json"),
        ("reports", "--json"),
        ("coverage", "--json"),
        ("catalogue", "suggest"),
    ],
)
def test_no_command_shows_the_name(library: Path, words: tuple[str, ...]) -> None:
    said = reviews(library, *words).stdout.lower()
    for asked in words:
        said = said.replace(asked, "")
    assert not any(name in said for name in NAMES)


def test_neither_the_page_nor_an_export_shows_the_name(library: Path, tmp_path: Path) -> None:
    report = json.loads(reviews(library, "reports", "--json").stdout)["reports"][0]["id"]
    told = [reviews(library, "show", report, "--json").stdout]
    told += [reviews(library, "show", report, "--page", str(page)).stdout for page in range(1, 6)]
    assert SEEN in told[0]
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"query\nquillfeather\n{SEEN}\n")
    for form in ("csv", "jsonl"):
        assert reviews(library, "batch", sheet, "--out", tmp_path / f"out.{form}").returncode == 0
    told += [path.read_text("utf-8").replace("quillfeather\n", "") for path in tmp_path.glob("out.*")]
    exported = "\n".join(
        line for text in told for line in text.splitlines() if "quillfeather" not in line.split(",")[:2]
    )
    assert "zebediah" not in exported.lower()


def test_coverage_says_where_the_hidden_text_is(library: Path) -> None:
    said = " ".join(reviews(library, "coverage").stdout.split())
    assert "redacted.pdf: text under a black box or a picture on page 2" in said
    told = json.loads(reviews(library, "coverage", "--json").stdout)
    assert [(each["pages"], each["how"]) for each in told["withheld"]] == [([2], "box")]


def test_coverage_names_the_sandbox_and_the_ocr(library: Path) -> None:
    told = json.loads(reviews(library, "coverage", "--json").stdout)
    assert told["confinement"] in ("bubblewrap", "landlock", "rlimits", "none")
    assert told["ocr"] is None
    assert "Scanned pages are not read, because Tesseract" in reviews(library, "coverage").stdout


def test_trust_hidden_text_finds_the_name(library: Path, tmp_path: Path) -> None:
    trusting = Path(shutil.copytree(library, tmp_path / "library"))
    assert reviews(trusting, "update", "--trust-hidden-text").returncode == 0
    assert "Quillfeather" in reviews(trusting, "search", "quillfeather").stdout
    (trusting / "reviews.toml").write_text("ocr = false\ntrust_hidden_text = true\n")
    assert reviews(trusting, "update").returncode == 0
    assert "Quillfeather" in reviews(trusting, "search", "quillfeather").stdout
    (trusting / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    assert reviews(trusting, "update").returncode == 0
    assert "0 reports" in reviews(trusting, "search", "quillfeather").stdout
