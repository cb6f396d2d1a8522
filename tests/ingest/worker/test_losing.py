"""What a file loses without a sign of it is read or reported, and what it does not lose is not."""

import random
import re
import zlib
from typing import Any

import pytest

from corpus.model import Text
from corpus.reasons import Reason
from corpus.storage.store import Store
from ingest.structure.page import Unreadable
from ingest.worker import extract, pipeline, render
from tests.ingest.worker import losing, unread
from tests.ingest.worker.test_unread import held, settings, words

__all__ = ["settings"]
variants = pytest.mark.parametrize("variant", range(8))


def read(data: bytes) -> Text:
    return pipeline.read(data, id="f" * 64, name="wren", max_pages=99)


# ---------------------------------------------------------------- streams that break off


@variants
def test_a_page_whose_commands_break_off_is_reported_and_what_is_left_of_it_is_read(variant: int) -> None:
    report = read(losing.with_cut_commands(random.Random(f"cut {variant}")))
    assert [page.unread for page in report.pages] == [None, "corrupt"]
    assert all(line in words(report) for line in unread.PROSE)
    assert report.scans == ()


@pytest.mark.parametrize("end", [b"", b"\0\0\0\0", b"\x12\x34"], ids=["none", "nought", "half"])
def test_a_page_is_not_damaged_if_only_the_checksum_of_its_commands_is_missing(end: bytes) -> None:
    page = unread.Page(book := unread.Book())
    unread.typed(page, random.Random(1))
    data = book.bytes(page)
    at = data.rindex(b"\nendstream")
    data = data[: at - 4] + end + b" " * (4 - len(end)) + data[at:]
    start = data.rindex(b"/Length ", 0, at) + 8
    length = int(data[start : data.index(b">", start)])
    data = data.replace(b"/Length %d>" % length, b"/Length %d>" % (length - 4 + len(end)))
    assert read(data).pages[0].unread is None


def test_a_page_without_commands_is_not_damaged() -> None:
    nothing = zlib.compress(b"")
    packed = b"/Length %d>>stream\n%b" % (len(nothing), nothing)
    data = (book := unread.Book()).bytes(unread.Page(book))
    assert packed in data
    assert read(data.replace(packed, b"/Length 0>>stream\n" + b"\n" * len(nothing))).pages[0].unread is None


@variants
def test_a_page_whose_commands_are_missing_in_part_or_all_is_reported(variant: int) -> None:
    report = read(losing.without_commands(random.Random(f"gone {variant}")))
    assert [page.unread for page in report.pages] == [None, "corrupt"]
    assert all(line in words(report) for line in unread.PROSE)


@variants
def test_a_page_that_is_not_packed_as_it_says_is_reported(variant: int) -> None:
    report = read(losing.wrongly_packed(random.Random(f"packed {variant}")))
    assert [page.unread for page in report.pages] == [None, "corrupt"]


@variants
def test_a_page_behind_the_end_of_a_file_that_breaks_off_is_reported(variant: int) -> None:
    report = read(losing.cut_before_the_last_page(random.Random(f"end {variant}")))
    assert [page.unread for page in report.pages] == [None, None, "corrupt"]


# ---------------------------------------------------------------- letters that a font names as spaces


@variants
def test_digits_that_a_font_names_as_spaces_are_reported_and_the_rest_is_kept(variant: int) -> None:
    report = read(losing.with_blank_digits(random.Random(f"blank {variant}")))
    assert (report.pages[0].unread, report.scans) == ("garbled", (1,))
    plain = " ".join(words(report).replace("\ufffd", " ").split())
    assert "On March the police attended times in hours." in plain
    assert words(report).count("\ufffd") == 4
    assert all(line in words(report) for line in unread.PROSE)


@variants
def test_spaces_that_draw_nothing_are_not_reported_however_many_a_font_has(variant: int) -> None:
    report = read(losing.with_spaces_of_several_kinds(random.Random(f"spaces {variant}")))
    assert (report.pages[0].unread, report.scans) == (None, ())
    assert unread.DATED in words(report)


# ---------------------------------------------------------------- letters that something is painted through


@variants
def test_letters_that_something_is_painted_through_are_read(variant: int) -> None:
    data, lines = losing.painted_letters(random.Random(f"through {variant}"))
    report = read(data)
    assert (report.pages[0].unread, report.pages[0].withheld) == (None, ())
    assert all(line in words(report) for line in lines)


@variants
def test_letters_that_nothing_is_painted_through_are_withheld(variant: int) -> None:
    data, lines = losing.painted_letters(random.Random(f"through {variant}"), paint=False)
    report = read(data)
    assert report.pages[0].withheld
    assert not [line for line in lines if line in words(report)]


# ---------------------------------------------------------------- pictures that cannot be decoded


@variants
@pytest.mark.parametrize("header", [False, True])
def test_a_picture_that_cannot_be_decoded_is_reported(header: bool, variant: int) -> None:
    report = read(losing.undecodable_picture(random.Random(f"picture {variant}"), header=header))
    assert report.pages[0].unread == ("corrupt" if header else "no_text")


def test_a_white_picture_under_a_header_is_not_reported() -> None:
    page = unread.Page(book := unread.Book())
    page.things["I"] = book.add(
        "/Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8", b"\xff" * 64
    )
    page.content = "q 595 0 0 842 0 0 cm /I Do Q\n"
    unread.running_header(page, random.Random(1))
    assert read(book.bytes(page)).pages[0].unread is None


# ---------------------------------------------------------------- pages that are not counted


@variants
def test_pages_that_the_file_does_not_count_are_read_and_drawn(variant: int) -> None:
    data = losing.uncounted(random.Random(f"count {variant}"))
    report = read(data)
    assert [page.number for page in report.pages] == [1, 2, 3, 4, 5]
    assert all(f"This is page {number} of" in words(report) for number in range(5))
    assert not render.scan(data, 5, 100).even


@pytest.mark.parametrize("claimed", [1, 3, 4])
def test_pages_that_are_not_counted_in_packed_objects_are_reported(claimed: int) -> None:
    report = read(losing.packed(5, claimed))
    assert [page.unread for page in report.pages] == [None] * claimed + ["corrupt"] * (5 - claimed)
    assert [page.unread for page in read(losing.packed(5, 5)).pages] == [None] * 5


def test_a_page_of_an_earlier_version_of_a_file_is_not_read() -> None:
    data = losing.uncounted(random.Random(1), claimed=1)
    kids = re.search(rb"/Kids\[(\d+ 0 R)[^\]]*\]", data)
    assert kids
    shortened = b"/Kids[%b%b]" % (kids[1], b" " * (len(kids[0]) - len(kids[1]) - 7))
    assert len(read(data.replace(kids[0], shortened)).pages) == 1


def test_the_limit_of_pages_counts_those_that_the_file_does_not() -> None:
    with pytest.raises(Unreadable) as refused:
        extract.read(losing.uncounted(random.Random(2)), max_pages=4)
    assert refused.value.reason is Reason.TOO_LARGE


# ---------------------------------------------------------------- associated files


@pytest.mark.parametrize("attached", [0, 1, 3])
@pytest.mark.parametrize("indirect", [False, True])
@pytest.mark.parametrize("to", ["file", "page", "place"])
def test_associated_files_and_those_of_a_place_are_listed_once(attached: int, indirect: bool, to: str) -> None:
    files = [("Wren.pdf", b"%PDF-1.7"), ("costs.xlsx", b"PK"), ("Minutes", b"%PDF-1.7 Robin")]
    found = read(losing.associated(files, attached=attached, indirect=indirect, to=to)).found
    assert found["attachments"].value == "Wren.pdf | costs.xlsx | Minutes.pdf"


@pytest.mark.parametrize("attached", [0, 1, 2])
@pytest.mark.parametrize("to", ["file", "place"])
def test_associated_reports_are_read(settings: Any, press: Any, attached: int, to: str) -> None:
    wren, robin = (press.pdf(press.lines(f"Child {bird} was seen.")) for bird in ("Wren", "Robin"))
    file = settings.reports / "X.pdf"
    file.write_bytes(losing.associated([("Wren.pdf", wren), ("Robin.pdf", robin)], attached=attached, to=to))
    reports = held(settings, ocr=False)
    assert "Child Robin was seen." in words(reports["Robin.pdf in portfolio X.pdf"])
    assert set(reports) == {"X.pdf", "Wren.pdf in portfolio X.pdf", "Robin.pdf in portfolio X.pdf"}
    with Store.open(settings.database) as store:
        assert not list(store.failures())
