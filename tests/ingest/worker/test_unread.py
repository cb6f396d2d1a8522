"""A page that was not fully read says so, and OCR adds what is missing. A page that was fully read does not."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from corpus.layout import create_library
from corpus.model import Scan, ScanLine, Text
from corpus.reasons import Reason
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.run import ingest
from ingest.worker import extract, pipeline, render
from tests.ingest.worker import unread
from tests.patience import PATIENCE

TRIALS = Path(__file__).parent / "trials"
VARIANTS = range(6)
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
variants = pytest.mark.parametrize("variant", VARIANTS)

# The text on the page that needs OCR, and the reason that shows it was not read without OCR.
NEEDING_OCR = {
    "m_curves.pdf": (2, "rewrite the midwifery handover"),
    "m_scan_long_header.pdf": (2, "wrote to the surgery"),
    "m_scan_short_header.pdf": (2, "wrote to the surgery"),
    "f_no_tounicode.pdf": (1, "every agency that"),
}


def drawn(data: bytes) -> tuple[int, int, bytes]:
    pixels = render.scan(data, 1, 150)
    return pixels.width, pixels.height, pixels.data


def read(data: bytes, *lines: tuple[str, float, float, float], confidence: float = 91.0) -> Text:
    """Return a report.

    `lines` are what OCR read on its first page: text, x and y in points from the lower left corner, size.
    """
    scans = {}
    if lines:
        told = tuple(
            ScanLine(text, 4 * x, 4 * (x + 0.5 * size * len(text)), 4 * (unread.HEIGHT - y), 4 * size)
            for text, x, y, size in lines
        )
        scans = {1: Scan(1, "eng", "tesseract 5", confidence, 4 * unread.WIDTH, 0, told)}
    return pipeline.read(data, id="f" * 64, name="wren", max_pages=9, scans=scans)


def words(report: Text) -> str:
    return " ".join([*(p.text for p in report.paragraphs), *(aside.text for aside in report.asides)])


@variants
def test_a_scan_under_a_header_or_a_stamp_is_reported_until_ocr_has_read_it(variant: int) -> None:
    rng = random.Random(f"scan {variant}")
    book, page, places = unread.scanned(rng, drawn)
    header = unread.running_header(page, rng)
    data = book.bytes(page)
    alone = read(data)
    assert (alone.pages[0].unread, alone.pages[0].reader, alone.scans) == ("partly_read", "pdfium", (1,))
    assert header in words(alone)
    whole = read(data, *places)
    assert (whole.pages[0].unread, whole.pages[0].reader, whole.pages[0].confidence) == (None, "ocr", 91.0)
    assert words(whole).count(header) == 1
    assert all(line in words(whole) for line, *_ in places)


@variants
def test_text_that_ocr_reads_again_is_not_duplicated(variant: int) -> None:
    rng = random.Random(f"scan {variant}")
    book, page, places = unread.scanned(rng, drawn)
    page.line("Child Rowan, Overview Report of the Partnership, final version, not for copying", 60, 810)
    wrong = ("Chi1d Rowen, 0verview Repont of the Pantnership, final version, not for copyirg", 60.0, 809.0, 11.0)
    found = words(read(book.bytes(page), wrong, *places))
    assert "Child Rowan, Overview Report" in found
    assert "Chi1d" not in found


@variants
def test_text_drawn_as_curves_is_reported_until_ocr_has_read_it(variant: int) -> None:
    rng = random.Random(f"curves {variant}")
    data, lines = unread.drawn_as_curves(rng)
    alone = read(data)
    assert alone.pages[0].unread in ("partly_read", "no_text")
    assert alone.scans == (1,)
    whole = read(data, *((line, 60.0, 600.0 - 20 * at, 11.0) for at, line in enumerate(lines)))
    assert whole.pages[0].unread is None
    assert all(line in words(whole) for line in lines)


@variants
def test_a_bad_text_layer_under_a_stamp_is_reported_until_ocr_has_read_it(variant: int) -> None:
    rng = random.Random(f"layer {variant}")
    book, page, places = unread.scanned(rng, drawn)
    page.line("Received 14 March 2022 by the Clerk of the Partnership in Elm Street, Avonshire", 60, 800)
    for line, x, y, size in places:
        page.line(
            "".join(chr(33 + (ord(each) * 7) % 90) if each not in " ()\\" else each for each in line)
            .replace("(", "<")
            .replace(")", ">")
            .replace("\\", "|"),
            x,
            y,
            size,
            mode=3,
        )
    data = book.bytes(page)
    alone = read(data)
    assert alone.pages[0].unread == "garbled"
    whole = read(data, *places)
    assert whole.pages[0].unread is None
    assert "Received 14 March 2022" in words(whole)
    assert all(line in words(whole) for line, *_ in places)
    assert len(words(whole)) < 900, "the bad layer has gone"


@variants
def test_a_good_text_layer_is_kept_as_it_is(variant: int) -> None:
    rng = random.Random(f"layer {variant}")
    book, page, places = unread.scanned(rng, drawn)
    for line, x, y, size in places:
        page.line(line, x, y, size, mode=3)
    alone = read(book.bytes(page))
    assert (alone.pages[0].unread, alone.scans) == (None, ())
    assert all(line in words(alone) for line, *_ in places)


@variants
def test_wrong_letters_are_not_searched_but_reported(variant: int) -> None:
    data, lines = unread.in_cipher(random.Random(f"cipher {variant}"))
    alone = read(data)
    assert alone.pages[0].unread == "garbled"
    assert alone.scans == (1,)
    assert not alone.paragraphs or words(alone).startswith("Child Rowan: what the panel")
    whole = read(data, *((line, 60.0, 600.0 - 20 * at, 11.0) for at, line in enumerate(lines)))
    assert whole.pages[0].unread is None
    assert all(line in words(whole) for line in lines)


@variants
def test_unknown_digits_of_a_font_are_reported_and_the_rest_is_kept(variant: int) -> None:
    data = unread.without_digits(random.Random(f"digits {variant}"))
    alone = read(data)
    assert alone.pages[0].unread == "garbled"
    assert "the police attended" in words(alone)
    page = extract.read(data, max_pages=9).pages[0]
    at = next(line for line in page.lines if "police" in line.text)
    whole = read(data, (unread.DATED, at.x0, unread.HEIGHT - at.y, at.size))
    assert whole.pages[0].unread is None
    assert unread.DATED in words(whole)
    assert words(whole).count("the police attended") == 1


@variants
def test_letters_that_the_font_does_not_identify_are_reported_and_never_shown_as_others(variant: int) -> None:
    alone = read(unread.without_some_letters(random.Random(f"letters {variant}")))
    assert alone.pages[0].unread == "garbled"
    assert "\ufffd" in words(alone)
    known = set(" ".join(unread.PROSE).split())
    assert not [word for word in words(alone).split() if "\ufffd" not in word and word not in known]


@variants
def test_one_short_line_in_a_font_that_does_not_identify_its_letters_is_reported(variant: int) -> None:
    alone = read(unread.with_heading_in_cipher(random.Random(f"heading {variant}")))
    assert alone.pages[0].unread == "garbled"
    assert all(line in words(alone) for line in unread.PROSE)
    assert not set(words(alone).split()) - set(" ".join(unread.PROSE).split())


@variants
@pytest.mark.parametrize(("kind", "mark"), [("Widget", "form field"), ("FreeText", "note")])
def test_what_is_typed_into_fields_and_notes_is_text_of_the_page_and_marked(kind: str, mark: str, variant: int) -> None:
    said = "The midwifery handover has been rewritten"
    report = read(
        unread.typed_in(random.Random(f"{kind} {variant}"), kind, said, looks=variant > 1 or kind != "Widget")
    )
    assert f"[{mark}: {said}]" in words(report)
    assert report.pages[0].unread is None


def test_a_note_that_is_not_shown_is_not_read() -> None:
    data = unread.typed_in(random.Random(1), "FreeText", "Keziah Thornbury")
    assert "Keziah" not in words(read(data.replace(b"/F 4/Rect", b"/F 2/Rect")))


@variants
def test_a_picture_of_a_paragraph_among_text_is_reported(variant: int) -> None:
    data, lines = unread.beside_text(random.Random(f"beside text {variant}"), drawn)
    alone = read(data)
    assert (alone.pages[0].unread, alone.scans) == ("partly_read", (1,))
    assert "Paragraph 13 of the report" in words(alone)
    assert lines[0] not in words(alone)


@variants
def test_text_with_something_painted_through_it_is_reported(variant: int) -> None:
    assert read(unread.painted_through(random.Random(f"through {variant}"))).pages[0].unread == "partly_read"


@pytest.mark.parametrize("variant", range(3))
def test_a_page_that_cannot_be_decoded_is_reported(variant: int) -> None:
    report = read(unread.with_broken_page(random.Random(f"broken {variant}")))
    assert [page.unread for page in report.pages] == [None, "corrupt"]


def test_a_blank_page_is_not_reported(press: Any) -> None:
    assert [page.unread for page in read(press.pdf(PLAIN, "", "q Q")).pages] == [None, None, None]


@pytest.mark.parametrize("kind", ["Widget", "FreeText"])
def test_what_is_typed_is_read_where_the_file_does_not_say_how_it_looks(kind: str) -> None:
    said = "The midwifery handover has been rewritten"
    data = unread.typed_in(random.Random(kind), kind, said, looks=False)
    assert words(read(data)).count(said) == 1
    assert words(read(data.replace(b"/NeedAppearances true", b"/NeedAppearances null"))).count(said) == 1


def test_the_text_of_a_stamp_is_read() -> None:
    data = unread.typed_in(random.Random(2), "Stamp", "Received 3 March by the clerk")
    assert "[stamp: Received 3 March by the clerk]" in words(read(data))


@pytest.mark.parametrize("note", ["Line/BS<</W 12>>", "PolyLine/BS<</W 12>>", "Polygon/IC[0 0 0]", "FreeText/C[1 1 1]"])
def test_a_name_under_a_note_that_the_viewer_draws_is_withheld(note: str) -> None:
    page = unread.Page(book := unread.Book())
    page.line("Child Wren lived with Zebedee Quill in Elm Street.", 72, 700)
    page.notes.append(book.add(f"<</Type/Annot/Subtype/{note}/F 4/C[0 0 0]/Rect[175 696 250 710]>>"))
    report = read(book.bytes(page))
    assert words(report) == "Child Wren lived with in Elm Street."
    assert report.pages[0].withheld


@pytest.mark.parametrize("variant", range(3))
def test_a_form_whose_page_is_a_notice_is_reported(variant: int) -> None:
    assert read(unread.notice_of_a_form(random.Random(variant))).pages[0].unread == "dynamic_form"


@pytest.mark.parametrize("variant", range(3))
def test_a_dynamic_form_is_reported(variant: int) -> None:
    assert read(unread.dynamic_form(random.Random(variant))).pages[0].unread == "dynamic_form"


PLAIN = "".join(f"BT /R 11 Tf 72 {700 - 16 * n} Td ({line}) Tj ET " for n, line in enumerate(unread.PROSE))


@pytest.mark.parametrize(
    "drawing",
    [
        "1 g "
        + "".join(
            f"{60 + 7 * n} 400 m {62 + 7 * n} 410 l {64 + 7 * n} 400 l {61 + 7 * n} 405 l h f " for n in range(60)
        ),
        "0.5 g 60 300 m " + "".join(f"{60 + 8 * n} {300 + 40 * (n % 3)} l " for n in range(60)) + "S ",
        "".join(f"{60 + 9 * n} 200 6 {20 + 5 * (n % 9)} re f " for n in range(50)),
        "q 595 0 0 842 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x90\xa0\xb0\xc0 EI Q ",
    ],
    ids=["white shapes", "a chart", "bars", "a picture behind the text"],
)
def test_a_page_that_was_read_completely_is_not_reported(press: Any, drawing: str) -> None:
    report = pipeline.read(press.pdf(PLAIN, before="q " + drawing + "Q "), id="f" * 64, name="wren", max_pages=9)
    assert [(page.unread, page.reader) for page in report.pages] == [(None, "pdfium")]
    assert report.scans == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["LSCB SCR CSPR NSPCC CAFCASS MASH", "SWF NWG YOT CSE FGM EHCP", "GP HV A&E UHB NHSE ICB SARC LADO"],
        ["2.4 8.8 10.2 78.6", "1,957 1,970 1,980", "2018-19 2019-20 2020-21"] * 4,
        ["Yr oedd y plentyn yn byw gyda'i fam a'i nain", "mewn fflat oer ac nid oedd neb wedi gofyn pam"],
        ["Dziecko mieszkalo z matka i babcia w zimnym mieszkaniu", "i nikt nie zapytal dlaczego tak bylo"],
        [
            "9 (https://example.org/media/5a7c4767e527rfx01/dh_131040.pdf)",
            "22 https://example.org/kq7xz/x9zwvj/qqz.pdf",
        ],
    ],
    ids=["abbreviations", "figures", "Welsh", "Polish", "references"],
)
def test_text_that_is_not_english_is_not_a_cipher(press: Any, lines: list[str]) -> None:
    report = pipeline.read(press.pdf(press.lines(*lines)), id="f" * 64, name="wren", max_pages=9)
    assert report.pages[0].unread is None
    assert lines[0].split()[0] in words(report)


@variants
def test_a_text_layer_beside_its_scan_is_kept(variant: int) -> None:
    rng = random.Random(f"beside {variant}")
    book, page, places = unread.scanned(rng, drawn)
    across, up = rng.choice((-30, -12, 14, 26)), rng.choice((-40, -22, 24, 36))
    for line, x, y, size in places:
        page.line(line, x + across, y + up, size, mode=3)
    report = read(book.bytes(page))
    assert report.pages[0].withheld == ()
    assert all(line in words(report) for line, *_ in places)


@variants
def test_a_word_that_a_white_patch_hides_on_the_scan_is_withheld_from_its_layer(variant: int) -> None:
    rng = random.Random(f"patch {variant}")
    book, page, places = unread.scanned(rng, drawn)
    across, up = ((0, 0), (14, 24), (-12, -22))[variant % 3]
    for line, x, y, size in places:
        page.line(line, x + across, y + up, size, mode=3)
    hidden, x, y, size = places[3]
    wide = rng.choice((480, 500))
    page.content += f"1 g {x - 2} {y - 0.3 * size} {wide} {1.3 * size} re f\n"
    report = read(book.bytes(page))
    assert report.pages[0].withheld
    assert not [
        word
        for word in set(hidden.split()) - set(" ".join(p[0] for p in places if p[0] != hidden).split())
        if word in words(report).split()
    ]
    assert all(line in words(report) for line, *_ in places if line != hidden)


# ---------------------------------------------------------------- the whole way


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create_library(tmp_path / "library")


def held(settings: Settings, **more: Any) -> dict[str, Text]:
    """Return the texts in the library after a run, by file name."""
    changed = Settings(library=settings.library, max_seconds=PATIENCE, **more)
    with Store.open(settings.database) as store:
        summary = ingest(store, changed, jobs=1)
        parts = ("unchanged", "new", "changed", "reread", "moved", "same", "failed")
        assert summary.found == sum(getattr(summary, part) for part in parts)
        assert store.check() == []
        return {
            str(report.file): store.readings.text(store.readings.current_of(report.id)) for report in store.reports()
        }


@pytest.mark.parametrize("name", NEEDING_OCR)
def test_a_trial_file_that_needs_ocr_says_so_without_it(settings: Settings, name: str) -> None:
    shutil.copyfile(TRIALS / name, settings.reports / name)
    number, _ = NEEDING_OCR[name]
    page = held(settings, ocr=False)[name].pages[number - 1]
    assert page.unread in ("partly_read", "no_text", "garbled")


@needs_tesseract
@pytest.mark.parametrize("name", NEEDING_OCR)
def test_a_trial_file_that_needs_ocr_is_read_with_it(settings: Settings, name: str) -> None:
    shutil.copyfile(TRIALS / name, settings.reports / name)
    number, text = NEEDING_OCR[name]
    report = held(settings)[name]
    assert report.pages[number - 1].unread is None
    assert text in words(report)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m_form_field.pdf", "The midwifery handover has been rewritten"),
        ("m_freetext.pdf", "the housing officer visited twice"),
    ],
)
def test_a_trial_file_with_a_field_or_a_note_is_read_with_it(name: str, text: str) -> None:
    assert text in words(read((TRIALS / name).read_bytes()))


def test_the_dynamic_form_among_the_trial_files_is_reported() -> None:
    assert read((TRIALS / "m_xfa.pdf").read_bytes()).pages[0].unread == "dynamic_form"


def test_the_trial_file_with_an_attachment_gives_two_reports(settings: Settings) -> None:
    shutil.copyfile(TRIALS / "m_attachment.pdf", settings.reports / "m_attachment.pdf")
    reports = held(settings, ocr=False)
    assert set(reports) == {"m_attachment.pdf", "Overview report.pdf in portfolio m_attachment.pdf"}
    assert "neurodevelopmental pathway" in words(reports["Overview report.pdf in portfolio m_attachment.pdf"])


@pytest.mark.parametrize("portfolio", [True, False])
def test_files_inside_a_file_are_followed_when_it_changes(settings: Settings, press: Any, portfolio: bool) -> None:
    wren, robin, other = (press.pdf(press.lines(f"Child {bird} was seen.")) for bird in ("Wren", "Robin", "Finch"))
    file = settings.reports / "X.pdf"
    file.write_bytes(
        unread.holding([("Wren.pdf", wren), ("costs.xlsx", b"PK"), ("Robin.pdf", robin)], portfolio=portfolio)
    )
    first = held(settings, ocr=False)
    assert set(first) == {"X.pdf", "Wren.pdf in portfolio X.pdf", "Robin.pdf in portfolio X.pdf"}
    assert first["X.pdf"].found["attachments"].value == "Wren.pdf | costs.xlsx | Robin.pdf"
    assert set(held(settings, ocr=False)) == set(first), "and stay when nothing changes"
    file.write_bytes(unread.holding([("Robin.pdf", robin), ("Finch.pdf", other)], portfolio=portfolio))
    assert set(held(settings, ocr=False)) == {"X.pdf", "Robin.pdf in portfolio X.pdf", "Finch.pdf in portfolio X.pdf"}
    file.unlink()
    (settings.reports / "Owl.pdf").write_bytes(press.pdf(press.lines("Child Owl was seen.")))
    gone = held(settings, ocr=False)
    assert set(gone) == {"Owl.pdf"}


def test_every_pdf_of_a_portfolio_is_read_however_many_and_however_similar_their_names(
    settings: Settings, press: Any
) -> None:
    long = "Annex to the overview report of the independent safeguarding practice review of the Fernshire partnership"
    names = [*(f"{long}, part {number}.pdf" for number in range(30)), *["Report.pdf"] * 3, "report.PDF", "a_b.pdf"]
    names += ["a/b.pdf", "Minutes", f"{long} {long} {long}.pdf"]
    files = [(name, press.pdf(press.lines(f"Child number {at} was seen."))) for at, name in enumerate(names)]
    (settings.reports / "X.pdf").write_bytes(unread.holding([*files, ("costs", b"PK")], portfolio=True))
    reports = held(settings, ocr=False)
    assert len(reports) == 1 + len(names)
    said = " ".join(words(report) for report in reports.values())
    assert [at for at in range(len(names)) if f"number {at} was" not in said] == []
    inside = {name.removesuffix(" in portfolio X.pdf") for name in reports}
    assert {
        "Report.pdf",
        "Report (2).pdf",
        "Report (3).pdf",
        "report (4).PDF",
        "a_b.pdf",
        "a_b (2).pdf",
        "Minutes.pdf",
    } <= inside


def test_files_inside_a_file_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch, press: Any) -> None:
    monkeypatch.setattr("ingest.worker.properties.ATTACHED", 2)
    wren = press.pdf(press.lines("Child Wren was seen."))
    report = read(unread.holding([(f"{number}.pdf", wren) for number in range(5)], portfolio=True))
    assert report.found["attachments"].value == "0.pdf | 1.pdf | 3 more files"


@pytest.mark.parametrize(("limit", "value", "detail"), [("_MOST_INSIDE", 1, "after 1 others"), ("_TIMES", 0, "time")])
def test_a_pdf_with_endless_pdfs_takes_a_limited_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, press: Any, limit: str, value: int, detail: str
) -> None:
    """Each of 2,000 had the time limit of a file of its own: more than a day for one PDF."""
    monkeypatch.setattr(f"ingest.file_reader.{limit}", value)
    birds = [(f"{bird}.pdf", press.pdf(press.lines(f"Child {bird} was seen."))) for bird in ("Wren", "Robin", "Finch")]
    (settings.reports / "X.pdf").write_bytes(unread.holding([*birds, ("costs.xlsx", b"PK")], portfolio=True))
    assert len(held(settings, ocr=False)) == 1 + value
    with Store.open(settings.database) as store:
        failures = store.failures()
    assert [failure.reason for failure in failures] == [Reason.NOT_REACHED] * (3 - value)
    assert all(detail in failure.detail for failure in failures)
    monkeypatch.undo()
    assert len(held(settings, ocr=False)) == 1 + value
    assert len(held(settings, ocr=False, max_memory_mb=650)) == 4, "with other limits, they are tried again"


def test_a_file_inside_a_file_that_is_not_a_pdf_is_a_separate_failure(settings: Settings) -> None:
    file = settings.reports / "X.pdf"
    file.write_bytes(unread.holding([("Wren.pdf", b"<!DOCTYPE html><title>404</title>" * 99)], portfolio=True))
    assert set(held(settings, ocr=False)) == {"X.pdf"}
    with Store.open(settings.database) as store:
        (failure,) = store.failures()
    assert failure.file.endswith("X.pdf/Wren.pdf in portfolio X.pdf")
    assert failure.reason.value == "not_pdf"
