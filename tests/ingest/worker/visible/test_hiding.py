"""A hidden name is never found, however it is hidden. A visible name is never withheld."""

import json
import os
import random
from pathlib import Path

import pypdfium2
import pytest

from corpus.model import Hidden
from ingest.worker import extract
from tests.command import reviews
from tests.ingest.worker.visible import hiding
from tests.ingest.worker.visible.hiding import HIDING, SHOWING, Sheet, Way

PAGES = int(os.environ.get("REVIEWS_HIDING", "40"))
"""How many pages are drawn from seeds. `make torture` draws 500 of each."""

VARIANTS = range(5)
TRIALS = sorted((Path(__file__).parents[1] / "trials").glob("h_*.pdf"))


def read(data: bytes) -> tuple[str, list[Hidden]]:
    page = extract.read(data, max_pages=9).pages[0]
    return " ".join(" ".join(line.text for line in page.lines).split()), page.withheld


def held(data: bytes, name: str) -> bool:
    """Return whether PDFium gives the name as text. It gives none for some letters that are too small to be seen."""
    text = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    return any(word in text for word in name.split())


def drawn(way: Way, variant: int) -> Sheet:
    page = hiding.sheet(random.Random(f"{way.__name__} {variant}"))
    way(page)
    return page


@pytest.mark.parametrize("way", HIDING, ids=lambda way: way.__name__)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_hidden_name_is_withheld_and_reported_and_the_rest_stays(way: Way, variant: int) -> None:
    page = drawn(way, variant)
    text, withheld = read(hiding.pdf([page]))
    assert not [word for word in page.name.split() if word in text]
    assert withheld
    assert Hidden.MARKED not in withheld or way is hiding.black_note
    assert all(seen in text for seen in ("The child,", "of Elm Street, was seen.", "Nobody asked who else"))


@pytest.mark.parametrize("way", SHOWING, ids=lambda way: way.__name__)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_name_that_can_be_seen_is_not_withheld(way: Way, variant: int) -> None:
    page = drawn(way, variant)
    text, withheld = read(hiding.pdf([page]))
    assert page.name in text
    assert set(withheld) <= {Hidden.MARKED}


@pytest.mark.parametrize("seed", range(PAGES))
def test_no_name_is_found_on_a_page_that_hides_it_in_any_way(seed: int) -> None:
    page, ways = hiding.hidden(random.Random(f"hidden {seed}"))
    data = hiding.pdf([page])
    text, withheld = read(data)
    assert not [word for word in page.name.split() if word in text], ways
    assert withheld or not held(data, page.name), ways
    assert "Practitioners felt reassured by what they heard." in text, ways


@pytest.mark.parametrize("seed", range(PAGES))
def test_nothing_is_withheld_on_a_page_that_hides_nothing(seed: int) -> None:
    page, way = hiding.shown(random.Random(f"shown {seed}"))
    text, withheld = read(hiding.pdf([page]))
    assert page.name in text, way
    # The copy under the box cannot be seen, and may be reported; the one on the box is read.
    allowed = {Hidden.MARKED} | ({Hidden.BOX} if way == "printed_again_on_the_box" else set())
    assert set(withheld) <= allowed, way


@pytest.mark.parametrize("seed", range(30))
def test_a_picture_over_a_name_is_no_scan_even_on_a_page_with_a_picture_behind_it(seed: int) -> None:
    page = hiding.sheet(random.Random(f"pictures {seed}"))
    hiding.picture_under(page)
    left, bottom, wide, high = page.box()
    page.over += f"q {wide} 0 0 {high} {left} {bottom} cm /J Do Q "
    text, withheld = read(hiding.pdf([page]))
    assert not [word for word in page.name.split() if word in text]
    assert withheld


@pytest.mark.parametrize("file", TRIALS, ids=lambda file: file.stem)
def test_the_names_of_the_trial_files_are_withheld(file: Path) -> None:
    text, withheld = read(file.read_bytes())
    assert not [name for name in ("Keziah", "Thornbury", "Ottilie", "Marsh") if name in text]
    assert withheld


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library of reports in which names are hidden, each in a different way."""
    library = tmp_path_factory.mktemp("hiding") / "library"
    assert reviews(library, "init").returncode == 0
    (library / "reviews.toml").write_text("ocr = false\n")
    pages = [hiding.hidden(random.Random(f"library {seed}"))[0] for seed in range(max(PAGES, 60))]
    for number, start in enumerate(range(0, len(pages), 20)):
        (library / "reports" / f"hidden-{number}.pdf").write_bytes(hiding.pdf(pages[start : start + 20]))
    done = reviews(library, "update")
    assert done.returncode == 0, done.stderr
    return library


def test_no_command_export_or_byte_of_a_library_has_a_hidden_name(library: Path, tmp_path: Path) -> None:
    words = [word.lower() for name in hiding.NAMES for word in name.split()]
    reports = json.loads(reviews(library, "reports", "--json").stdout)["reports"]
    told = [reviews(library, "show", report["id"], "--json").stdout for report in reports]
    assert all("practitioners felt reassured" in text.lower() for text in told)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("query\nchild\n")
    for form in ("csv", "jsonl"):
        assert reviews(library, "batch", sheet, "--out", tmp_path / f"out.{form}").returncode == 0
    told += [path.read_text("utf-8") for path in tmp_path.glob("out.*")]
    told += [reviews(library, "search", "child", "--passages", "all", "--json").stdout]
    told += [reviews(library, "reports", "--json").stdout, reviews(library, "coverage", "--json").stdout]
    held = b"\n".join(path.read_bytes() for path in library.rglob("*") if path.is_file() and path.suffix != ".pdf")
    for word in words:
        assert not any(word in text.lower() for text in told)
        assert word.encode() not in held.lower()
        assert word.encode("utf-16-le") not in held.lower()
        assert json.loads(reviews(library, "search", word, "--json").stdout)["total"] == 0


def test_the_coverage_says_on_which_pages_how_many_pieces_were_withheld(library: Path) -> None:
    told = json.loads(reviews(library, "coverage", "--json").stdout)["withheld"]
    pages = {(row["file"], page) for row in told for page in row["pages"]}
    assert len(pages) == max(PAGES, 60)
    assert all(row["pieces"] >= len(row["pages"]) for row in told)
