"""From pages to paragraphs, headings and boilerplate. Each case is a page that was once misread, or could be."""

import os
import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Scan, SectionKind, Text
from corpus.reasons import Reason
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from ingest.structure import normalise
from ingest.structure.page import Unreadable
from ingest.worker import extract, pipeline
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("REVIEWS_SHARED", ROOT.parent / "shared")) / "reports"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reports are not here; set REVIEWS_SHARED")

LONG = "The child was seen by many people, and each of them wrote down what they saw on that day."

Read = Callable[..., Text]


@pytest.fixture
def read(press: Any) -> Read:
    def make(*pages: Any, **options: Any) -> Text:
        return pipeline.read(press.pdf(*pages, **options), id="f" * 64, name="wren", max_pages=99)

    return make


def texts(report: Text) -> list[str]:
    return [paragraph.text for paragraph in report.paragraphs]


def boilerplate(report: Text) -> Counter[str]:
    return Counter(aside.role.value for aside in report.asides)


DAYS = "robin wren lark dove finch heron swift plover linnet curlew".split()  # noqa: SIM905


def body(press: Any, number: int) -> Any:
    """Return a page of two paragraphs that no other page has."""
    bird = DAYS[number]
    return press.lines(
        f"On the day of the {bird} it rained, and everybody who went past saw the {bird} and not the child.",
        f"The {bird} flew off.",
        "",
        f"Nobody had asked about the {bird} before, and nobody has asked about the {bird} since then, it seems,",
        f"nor about any other {bird}.",
    )


def test_paragraphs_are_parted_by_space_and_lines_joined_by_one(read: Read, press: Any) -> None:
    report = read(press.lines(LONG, "Nobody asked.", "", LONG, "Nobody answered."))
    assert texts(report) == [f"{LONG} Nobody asked.", f"{LONG} Nobody answered."]


def test_paragraphs_without_space_between_them_end_in_a_short_line(read: Read, press: Any) -> None:
    report = read(
        press.lines(LONG, "Nobody asked.", "Then " + LONG, "Nobody answered.", "At last " + LONG, "It ended.")
    )
    assert len(report.paragraphs) == 3


def test_a_sentence_that_continues_on_the_next_page_is_one_paragraph(read: Read, press: Any) -> None:
    first = press.lines(LONG, "He was taken to hospital because the people who had been asked to look after")
    report = read(first, press.lines("him had not done so.", "", LONG))
    assert texts(report)[0].endswith("look after him had not done so.")
    paragraph = report.paragraphs[0]
    ((offset, page),) = paragraph.turns
    assert (paragraph.text[offset:], page) == ("him had not done so.", 2)


def test_a_footnote_does_not_come_between_the_two_halves(read: Read, press: Any) -> None:
    first = [
        *press.lines(LONG, "He was taken to hospital because the people who had been asked to look after"),
        *press.lines("1 A note at the foot of the page.", top=80, size=8),
    ]
    report = read(first, press.lines("him had not done so.", "", LONG))
    assert texts(report)[0].endswith("look after him had not done so.")
    assert texts(report)[1] == "1 A note at the foot of the page."


def test_a_hyphen_at_the_end_of_a_line_goes_where_the_document_writes_the_word_without(read: Read, press: Any) -> None:
    report = read(press.lines("Safeguarding is a duty of all. It was said that safe-", "guarding had failed here."))
    assert texts(report) == ["Safeguarding is a duty of all. It was said that safeguarding had failed here."]


@pytest.mark.parametrize("size", [9, 11, 14])
@pytest.mark.parametrize("bold", [False, True])
def test_a_word_broken_at_the_end_of_a_page_is_one_word(read: Read, press: Any, size: float, bold: bool) -> None:
    style = {"size": size, "bold": bold}
    first = press.lines("Multi-agency work is", "a duty.", "", "The panel asked all to describe their multi-", **style)
    report = read(first, press.lines("agency arrangements of that year.", "", "It met", "again.", **style))
    assert "The panel asked all to describe their multi-agency arrangements of that year." in texts(report)


def test_a_running_line_keeps_the_hyphen_at_its_end(read: Read, press: Any) -> None:
    pages = [[*press.lines("Avonshire 2018-", top=810, size=8), *body(press, number)] for number in range(1, 6)]
    assert {aside.text for aside in read(*pages).asides} == {"Avonshire 2018-"}


def test_a_raised_digit_is_a_mark_and_no_part_of_the_word(read: Read, press: Any) -> None:
    words = [
        press.word("Follow the guidance", 72, 700),
        press.word("1", 171, 704, 6),
        press.word("at all times.", 176, 700),
    ]
    assert texts(read(words)) == ["Follow the guidance¹ at all times."]


def test_running_lines_and_page_numbers_are_boilerplate(read: Read, press: Any) -> None:
    pages = []
    for number in range(1, 6):
        header = press.lines("Avonshire Safeguarding Children Partnership", top=810, size=8)
        footer = press.lines(f"{number} | P a g e", top=40, size=8)
        pages.append([*header, *body(press, number), *footer])
    report = read(*pages)
    assert boilerplate(report) == {"header": 5, "page number": 5}
    assert len(report.paragraphs) == 10


def test_a_running_line_that_slipped_on_one_page_is_still_one(read: Read, press: Any) -> None:
    pages = []
    for number in range(1, 7):
        footer = press.lines("Review of Avonshire partnership, 2 to 6 May", top=52 if number == 2 else 40, size=8)
        pages.append([*body(press, number), *footer])
    assert boilerplate(read(*pages)) == {"footer": 6}


def test_what_runs_on_every_page_is_the_text_where_there_is_nothing_else(read: Read, press: Any) -> None:
    report = read(*(press.lines("Child Wren, page by page", top=800) for _ in range(5)))
    assert texts(report) == ["Child Wren, page by page"] * 5
    assert not boilerplate(report)


def test_a_number_that_does_not_count_with_the_pages_is_text(read: Read, press: Any) -> None:
    pages = [[*body(press, n), *press.lines(str(value), top=40)] for n, value in enumerate((12, 7, 30, 4), 1)]
    assert boilerplate(read(*pages)) == {}


def test_a_heading_at_the_top_of_some_pages_is_not_a_running_header(read: Read, press: Any) -> None:
    pages = []
    for number in range(1, 10):
        heading = press.lines("What we learnt", top=790, size=16, bold=True) if number % 3 == 0 else []
        pages.append([*heading, *body(press, number)])
    report = read(*pages)
    assert boilerplate(report) == {}
    assert texts(report).count("What we learnt") == 3


def test_a_citation_repeated_in_the_footnotes_is_not_a_footer(read: Read, press: Any) -> None:
    pages = []
    for number in range(1, 8):
        notes = press.lines(
            f"{number} A note about the {DAYS[number]}, seen once.",
            "The same report of the inspectorate, 2018.",
            top=60,
            step=10,
            size=8,
        )
        pages.append([*body(press, number), *notes])
    assert boilerplate(read(*pages)) == {}


def test_a_contents_list_is_boilerplate_and_its_headings_are_known(read: Read, press: Any) -> None:
    entries = [
        f"{title} {'.' * 40} {page}" for title, page in (("Introduction", 2), ("What happened", 3), ("Learning", 4))
    ]
    contents = press.lines("Contents", "", *entries)
    report = read(
        contents,
        press.lines("Introduction", "", LONG),
        press.lines("What happened", "", LONG),
        press.lines("Learning", "", LONG),
    )
    assert boilerplate(report) == {"contents": 4}
    assert [p.text for p in report.paragraphs if p.heading] == ["Introduction", "What happened", "Learning"]
    assert [s.kind for s in report.sections] == [SectionKind.INTRODUCTION, SectionKind.CHRONOLOGY, SectionKind.LEARNING]


def test_a_list_with_numbers_at_its_ends_is_not_a_contents_list(read: Read, press: Any) -> None:
    report = read(press.lines("Children seen in 2014: 12", "Children seen in 2015: 9", "Children seen in 2016: 30"))
    assert boilerplate(report) == {}


def test_a_table_is_read_row_by_row(read: Read, press: Any) -> None:
    rows = (
        ("1", "Train all staff in the", "use of the tool", "March"),
        ("2", "Audit ten files in", "each quarter", "June"),
    )
    words, y = [], 700.0
    for number, first, second, month in rows:
        words += [press.word(number, 72, y), press.word(first, 110, y), press.word(second, 110, y - 13)]
        words += [press.word("Head of service", 290, y), press.word(month, 420, y)]
        y -= 40
    assert texts(read(words)) == [
        "1 Train all staff in the use of the tool Head of service March",
        "2 Audit ten files in each quarter Head of service June",
    ]


def test_two_columns_are_read_one_after_the_other(read: Read, press: Any) -> None:
    left = press.lines(*["the left column goes on and on and"] * 9, x=50, top=700)
    right = press.lines(*["so does the right one beside it and"] * 9, x=320, top=700)
    assert texts(read([*left, *right])) == [" ".join(word.text for word in [*left, *right])]
    rows = [word for pair in zip(left, right, strict=True) for word in pair]
    joined = " ".join(texts(read(rows)))
    assert joined.index("so does") > joined.rindex("the left")


def test_numbers_are_kept_in_the_text_and_beside_it(read: Read, press: Any) -> None:
    report = read(
        press.lines(
            "1.1 " + LONG, "So it went.", "", "1.2 " + LONG, "And so on.", "", "2015 was a wet year.", "So was 2016."
        )
    )
    assert [p.number for p in report.paragraphs][:3] == ["1.1", "1.2", None]
    assert texts(report)[0].startswith("1.1 The child")


def test_a_blank_page_is_not_unread_and_has_its_label(read: Read, press: Any) -> None:
    report = read(press.lines(LONG), [], labels="0<</S/r>>1<</S/D>>")
    assert [(page.label, page.unread) for page in report.pages] == [("i", None), ("1", None)]


PICTURE = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x7f EI Q "


def test_a_picture_without_text_is_unread(read: Read, press: Any) -> None:
    report = read([], before=PICTURE)
    assert [(page.reader, page.unread) for page in report.pages] == [(None, "no_text")]
    assert report.paragraphs == ()


def test_a_picture_in_which_ocr_found_no_words_says_so(press: Any) -> None:
    nothing = Scan(1, "eng", "tesseract 5", 0.0, 2480, 0, ())
    report = pipeline.read(press.pdf([], before=PICTURE), id="f" * 64, name="wren", max_pages=9, scans={1: nothing})
    assert [(page.reader, page.unread) for page in report.pages] == [(None, "no_words")]
    assert report.scans == (1,), "so that it is not drawn and read again"


def test_the_reader_pypdf_finds_the_same_words(press: Any) -> None:
    data = press.pdf(press.lines("1.1 " + LONG, "Nobody asked.", "", "1.2 Nobody answered."))
    by_pypdf = pipeline.read(data, id="f" * 64, name="wren", max_pages=9, extractor="pypdf")
    assert {page.reader for page in by_pypdf.pages} == {"pypdf"}
    assert " ".join(texts(by_pypdf)) == f"1.1 {LONG} Nobody asked. 1.2 Nobody answered."


def letters(text: str) -> Counter[str]:
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    return Counter(letter for letter in plain if letter.isalnum())


def assert_nothing_lost(data: bytes) -> None:
    """Assert that every letter of every page is in exactly one paragraph or aside of that page."""
    raw = extract.read(data, max_pages=5_000)
    printed = {page.number: letters(" ".join(normalise.repair(line.text) for line in page.lines)) for page in raw.pages}
    report = pipeline.understand(raw, "f" * 64, "wren")
    found: dict[int, Counter[str]] = {page.number: Counter() for page in report.pages}
    for paragraph in report.paragraphs:
        cuts = [(0, paragraph.page), *paragraph.turns, (len(paragraph.text), 0)]
        for (start, page), (end, _) in pairwise(cuts):
            found[page] += letters(paragraph.text[start:end])
    for aside in report.asides:
        found[aside.page] += letters(aside.text)
    assert found == printed


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "corpus" / "demo").glob("*.pdf")))
def test_no_letter_is_lost_or_doubled(name: str) -> None:
    data = (ROOT / "corpus" / "demo" / name).read_bytes()
    if data.startswith(b"%PDF-") and b"/Encrypt" not in data:
        assert_nothing_lost(data)
    else:
        with pytest.raises(Unreadable):
            assert_nothing_lost(data)


@needs_shared
@pytest.mark.parametrize("path", sorted(SHARED.rglob("*.pdf"))[::9], ids=lambda path: path.stem[:40])
def test_no_letter_of_a_real_report_is_lost_or_doubled(path: Path) -> None:
    assert_nothing_lost(path.read_bytes())


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return a file as damaged by a bad disk, a broken download or an attacker."""
    broken = bytearray(data)
    at = chance.randrange(len(broken))
    match chance.randrange(4):
        case 0:
            for _ in range(chance.randrange(1, 40)):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        case 1:
            del broken[at:]
        case 2:
            del broken[at : at + chance.randrange(1, 2_000)]
        case _:
            other = chance.randrange(len(broken))
            broken[at : at + 300] = broken[other : other + 300]
    return bytes(broken)


def test_broken_files_are_reports_or_failures_and_never_stop_the_reader() -> None:
    chance = random.Random(20221114)
    seeds = [path.read_bytes() for path in sorted((ROOT / "corpus" / "demo").glob("*.pdf"))]
    reasons: Counter[Reason | None] = Counter()
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        for _ in range(40):
            result = box.read(mutate(chance.choice(seeds), chance), id="f" * 64, name="wren")
            reasons[result.reason if isinstance(result, Refusal) else None] += 1
    assert reasons[None] > 10
    assert reasons[Reason.CRASHED] == reasons[Reason.TIMED_OUT] == 0


def test_a_footnote_mark_is_not_part_of_the_title(read: Read, press: Any) -> None:
    cover = [*press.lines("Overview Report: Child Robin", size=24), press.word("1", 388, 769, 12)]
    report = read(cover, body(press, 1))
    assert report.found["title"].value == "Overview Report: Child Robin"
