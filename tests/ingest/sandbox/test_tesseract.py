"""Scanned pages, read by the real Tesseract, from the file to the corpus."""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from corpus.layout import create_library
from corpus.model import Scan, ScanLine, Text
from corpus.reasons import Reason
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.run import ingest
from ingest.sandbox import tesseract
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from ingest.structure import ocr_lines
from ingest.structure.page import Pixels
from ingest.summary import IngestSummary
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")

DEMO = Path(__file__).parents[3] / "corpus" / "demo"
TRUTH: dict[str, Any] = json.loads((Path(__file__).parents[2] / "corpus" / "demo_truth.json").read_text("utf-8"))[
    "files"
]
SCANNED = [(name, page) for name in TRUTH for page in TRUTH[name].get("pages", ()) if page["scanned"]]
STATEMENT = "media statement children p & q.pdf"
CHRONOLOGY = "Child W Report 030924 v7 website redacted.pdf"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = create_library(tmp_path / "library")
    for name in (STATEMENT, CHRONOLOGY):
        shutil.copyfile(DEMO / name, made.reports / name)
    return made


@pytest.fixture(scope="module", autouse=True)
def _a_picture_is_read_once() -> Iterator[None]:
    """Tesseract says the same of the same picture under the same limits, and takes seconds to."""
    said: dict[tuple[Any, ...], Any] = {}
    run = tesseract._run

    def once(pixels: Pixels, by: tesseract.Engine, arguments: list[str], seconds: float, memory_mb: int) -> Any:
        asked = (sha256(pixels.data).digest(), pixels.width, pixels.height, by, *arguments, seconds, memory_mb)
        if asked not in said:
            said[asked] = run(pixels, by, arguments, seconds, memory_mb)
        return said[asked]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tesseract, "_run", once)
        yield


@pytest.fixture
def engine() -> tesseract.Engine:
    found = tesseract.engine("eng")
    assert found is not None, "Tesseract is installed without English"
    return found


def take(settings: Settings, **more: Any) -> tuple[IngestSummary, dict[str, Text]]:
    """Ingest, and return the texts in the library by file name."""
    changed = Settings(library=settings.library, max_seconds=PATIENCE, **more)
    with Store.open(settings.database) as store:
        summary = ingest(store, changed, jobs=2)
        texts = {
            Path(report.files[0]).name: store.readings.text(store.readings.current_of(report.id))
            for report in store.reports()
        }
        assert store.check() == []
    return summary, texts


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_a_scan_is_read_as_what_is_printed_on_it(settings: Settings) -> None:
    summary, texts = take(settings)
    assert (summary.unread_pages, summary.ocr_pages) == (0, 2)
    for name, truth in SCANNED:
        page = texts[name].pages[truth["number"] - 1]
        assert (page.reader, page.unread) == ("ocr", None)
        assert page.confidence is not None
        assert page.confidence > 80
        printed = words(" ".join(paragraph["text"] for paragraph in truth["paragraphs"]))
        read = words(" ".join(p.text for p in texts[name].paragraphs if p.page == page.number))
        assert len(set(printed) - set(read)) <= 0.03 * len(set(printed)), name
        longest = max((paragraph["text"] for paragraph in truth["paragraphs"]), key=len)
        assert any(words(longest)[2:8] == words(p.text)[at : at + 6] for p in texts[name].paragraphs for at in range(9))
    assert "tesseract" in texts[STATEMENT].reader


def test_paragraphs_of_a_scan_are_whole_and_numbered(settings: Settings) -> None:
    _, texts = take(settings)
    on_page = [p for p in texts[CHRONOLOGY].paragraphs if p.page == 3]
    assert {"9", "10", "13", "14", "15"} <= {p.number for p in on_page}
    assert any(p.text.endswith("The lady was kind and wrote it down.") for p in on_page)
    assert "FICTIONAL" not in " ".join(p.text for p in on_page), "a footer is a footer on a scan too"


def test_pages_wait_for_tesseract_and_then_only_their_reports_are_read(settings: Settings, press: Any) -> None:
    (settings.reports / "typed.pdf").write_bytes(press.pdf(press.lines("Child Wren was not seen.")))
    summary, _ = take(settings, ocr=False)
    assert (summary.read, summary.unread_pages) == (3, 2)
    assert take(settings, ocr=False)[0].unchanged == 3
    summary, texts = take(settings)
    assert (summary.read, summary.unchanged, summary.ocr_pages) == (2, 1, 2)
    assert texts[STATEMENT].pages[0].reader == "ocr"
    assert take(settings)[0].unchanged == 3
    assert take(settings, ocr=False)[0].unchanged == 3, "what was read stays read"


def test_no_page_is_ever_read_twice(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    take(settings)
    monkeypatch.setattr(tesseract, "recognise", None)  # calling it would fail
    summary, texts = take(settings, trust_hidden_text=True)  # a different reader: everything is read again
    assert (summary.read, summary.ocr_pages, summary.unread_pages) == (2, 0, 0)
    assert texts[STATEMENT].pages[0].reader == "ocr"


def test_a_report_that_takes_too_long_is_continued_in_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, press: Any
) -> None:
    """A PDF of 5,000 pages could keep one thread of an update for days."""
    for name in (STATEMENT, CHRONOLOGY):
        (settings.reports / name).unlink()
    (settings.reports / "long.pdf").write_bytes(layered(press, "", pages=3))
    monkeypatch.setattr("ingest.file_reader._TIMES", 0)
    runs = [take(settings)[0] for _ in range(4)]
    assert [(run.ocr_pages, run.unread_pages) for run in runs] == [(1, 2), (1, 1), (1, 0), (0, 0)]


def test_a_page_that_fails_in_tesseract_is_unread_with_the_reason_and_the_others_are_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognise = tesseract.recognise

    def fails_once(pixels: Pixels, page: int, *rest: Any, **more: Any) -> Scan | Refusal:
        return recognise(pixels, page, *rest, **(more | {"seconds": 0.01} if page == 3 else more))

    monkeypatch.setattr(tesseract, "recognise", fails_once)
    summary, texts = take(settings)
    assert (summary.ocr_pages, summary.unread_pages) == (1, 1)
    assert texts[CHRONOLOGY].pages[2].unread == Reason.TIMED_OUT
    assert texts[STATEMENT].pages[0].unread is None


def drawn(name: str, number: int) -> Pixels:
    with Sandbox(Limits()) as box:
        pixels = box.scan((DEMO / name).read_bytes(), number, id="f" * 64)
    assert isinstance(pixels, Pixels)
    return pixels


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_page_on_its_side_or_head_is_turned_first(engine: tesseract.Engine, degrees: int) -> None:
    wrong = tesseract._turned(drawn(CHRONOLOGY, 3), degrees)
    scan = tesseract.recognise(wrong, 3, engine, seconds=PATIENCE, memory_mb=600)
    assert isinstance(scan, Scan)
    assert scan.turned == 360 - degrees
    assert any("trainers" in line.text and line.right - line.left > line.size for line in scan.lines)


def test_turning_four_times_changes_nothing() -> None:
    picture = Pixels(3, 2, b"abcdef", 1)
    assert tesseract._turned(picture, 90) == Pixels(2, 3, b"daebfc", 1)
    assert tesseract._turned(tesseract._turned(picture, 90), 270) == picture
    assert tesseract._turned(tesseract._turned(picture, 180), 180) == picture


def test_tesseract_has_limits_on_time_and_memory(engine: tesseract.Engine) -> None:
    pixels = drawn(STATEMENT, 1)
    said = tesseract.recognise(pixels, 1, engine, seconds=0.05, memory_mb=600)
    assert isinstance(said, Refusal)
    assert said.reason is Reason.TIMED_OUT
    said = tesseract.recognise(pixels, 1, engine, seconds=PATIENCE, memory_mb=40)
    assert isinstance(said, Refusal)
    assert said.reason in (Reason.OUT_OF_MEMORY, Reason.CRASHED)


def test_a_blank_page_is_not_given_to_tesseract_but_one_with_a_single_dot_is(
    engine: tesseract.Engine,
) -> None:
    nowhere = tesseract.Engine(str(Path(__file__).with_name("no-such-program")), engine.name, engine.languages)
    for grey in (0, 127, 255):
        even = Pixels(300, 200, bytes([grey]) * 60_000, 1)
        scan = tesseract.recognise(even, 7, nowhere, seconds=PATIENCE, memory_mb=600)
        assert scan == Scan(7, engine.languages, engine.name, 0.0, 300, 0, ())
        said = tesseract._run(even, engine, ["--psm", "3", "-l", engine.languages, "tsv"], 60, 600)
        assert isinstance(said, str)
        assert ocr_lines.empty(said)  # Tesseract's own output
        for place in (0, 30_150, 59_999):
            data = bytearray(even.data)
            data[place] ^= 1
            refused = tesseract.recognise(Pixels(300, 200, bytes(data), 1), 7, nowhere, seconds=PATIENCE, memory_mb=600)
            assert isinstance(refused, Refusal)


def test_a_missing_language_means_no_engine() -> None:
    assert tesseract.engine("eng+xyz") is None


def layered(press: Any, layer: str, pages: int = 1) -> bytes:
    """Return a page of the scanned chronology, once or more, with an older OCR text layer under it, in Courier."""
    picture = (DEMO / "scans" / "childw-1-overview-1.jpg").read_bytes()
    width, height = (int.from_bytes(picture[at : at + 2]) for at in _sides(picture))
    content = f"q 595 0 0 842 0 0 cm /I Do Q BT 3 Tr {layer} ET"
    head = f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/DeviceGray"
    data: bytes = press.assemble(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: f"<</Type/Pages/Kids[{'5 0 R ' * pages}]/Count {pages}>>".encode(),
            3: b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
            4: f"{head}/Filter/DCTDecode/Length {len(picture)}>>stream\n".encode() + picture + b"\nendstream",
            5: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R"
            b"/Resources<</Font<</R 3 0 R>>/XObject<</I 4 0 R>>>>>>",
            6: f"<</Length {len(content)}>>stream\n{content}\nendstream".encode(),
        }
    )
    return data


def _sides(picture: bytes) -> tuple[int, int]:
    """Return the width and height that a JPEG declares."""
    frame = next(at for at in range(len(picture)) if picture[at] == 0xFF and picture[at + 1] in (0xC0, 0xC2))
    return frame + 7, frame + 5


def test_a_bad_old_layer_is_replaced_and_a_good_one_stays(settings: Settings, press: Any) -> None:
    bad = "Slrellmocr Safegnarding Cbilbren\nTbe nnrse saicl tbat lt vvas nct tbe fivst tlme anb tbat tbe cbilb hab\n"
    bad += "beem seem bv ali cf tbem wben tbey carne frcm scbcol anb nct hcme agaln"
    for name in (STATEMENT, CHRONOLOGY):
        (settings.reports / name).unlink()
    lines = " ".join(f"({line}) Tj T*" for line in bad.splitlines())
    (settings.reports / "bad.pdf").write_bytes(layered(press, f"/R 9 Tf 60 690 Td 12 TL {lines}"))
    summary, texts = take(settings)
    assert (summary.read, summary.ocr_pages, summary.unread_pages) == (1, 1, 0)
    assert texts["bad.pdf"].pages[0].reader == "ocr"
    assert "trainers" in " ".join(p.text for p in texts["bad.pdf"].paragraphs)

    with Store.open(settings.database, read_only=True) as store:
        (scan,) = store.readings.scans(texts["bad.pdf"].id, "eng").values()
    point = 595 / scan.width
    (settings.reports / "good.pdf").write_bytes(
        layered(press, " ".join(over_print(line, point) for line in scan.lines if line.legible))
    )
    summary, texts = take(settings)
    assert (summary.read, summary.ocr_pages, summary.unread_pages) == (1, 0, 0)
    assert texts["good.pdf"].pages[0].reader == "pdfium"
    assert "trainers" in " ".join(p.text for p in texts["good.pdf"].paragraphs)


def over_print(line: ScanLine, point: float) -> str:
    """Return a line of a text layer over the print from which it was read. `point` is points per pixel."""
    text = line.text.encode("cp1252", "replace").decode("cp1252").replace("\\", "").replace("(", "").replace(")", "")
    size = line.size * point
    stretched = 100 * (line.right - line.left) * point / (0.6 * size * len(text))  # a letter of Courier is 0.6 em wide
    at = f"{line.left * point:.1f} {842 - line.baseline * point:.1f}"
    return f"/R {size:.1f} Tf {stretched:.1f} Tz 1 0 0 1 {at} Tm ({text}) Tj"
