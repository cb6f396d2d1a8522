"""The properties of a PDF, from PDFium, and from pypdf if PDFium cannot open the file."""

from typing import Any

import pytest

from ingest.structure.page import Document
from ingest.worker import extract, properties
from ingest.worker.pdfium import documents
from ingest.worker.pypdf_reader import Book


def objects(catalogue: str = "") -> dict[int, bytes]:
    """Return a page, its tree and the catalogue. Objects added by a test start at 10."""
    return {
        1: f"<</Type/Catalog/Pages 2 0 R{catalogue}>>".encode(),
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    }


@pytest.fixture
def outlined(press: Any) -> bytes:
    """Return an outline with Findings, which contains Neglect, then Recommendations, whose next item is Findings
    again.
    """
    made = objects(catalogue="/Outlines 10 0 R")
    made[10] = b"<</First 11 0 R/Last 13 0 R/Count 3>>"
    made[11] = b"<</Title(Findings)/Parent 10 0 R/Next 13 0 R/First 12 0 R/Last 12 0 R/Count 1>>"
    made[12] = b"<</Title(Neglect  of\nneeds)/Parent 11 0 R>>"
    made[13] = b"<</Title<FEFF00520065>/Parent 10 0 R/Next 11 0 R>>"
    return bytes(press.assemble(made))


def read(data: bytes, extractor: str = "pdfium") -> Document:
    return extract.read(data, max_pages=9, extractor=extractor)


def test_the_outline_is_read_in_order_and_a_circle_in_it_ends(outlined: bytes) -> None:
    assert read(outlined).outline == ["Findings", "Neglect of needs", "Re"]


def test_title_author_and_day_are_what_the_properties_say(press: Any) -> None:
    made = objects()
    made[10] = b"<</Title(Child Wren:  a\nreview)/Author(Jo Quill)/CreationDate(D:20140722100404Z00'00')>>"
    data = press.assemble(made, trailer="/Info 10 0 R")
    told = {"title": "Child Wren: a review", "author": "Jo Quill", "created": "2014-07-22"}
    assert read(data).properties == told


@pytest.mark.parametrize("stamp", ["", "yesterday", "D:20149922", "D:0000"])
def test_a_day_that_is_none_is_left_out(press: Any, stamp: str) -> None:
    made = objects()
    made[10] = f"<</CreationDate({stamp})>>".encode()
    assert read(press.assemble(made, trailer="/Info 10 0 R")).properties == {}


def test_a_property_too_long_to_be_one_is_left_out_and_a_long_one_is_cut(press: Any) -> None:
    made = objects()
    made[10] = b"<</Title(" + b"wren " * 20_000 + b")/Author(" + b"quill " * 200 + b")>>"
    told = read(press.assemble(made, trailer="/Info 10 0 R")).properties
    assert list(told) == ["author"]
    assert len(told["author"]) == properties.VALUE_LENGTH


def test_both_readers_give_the_same_properties(press: Any) -> None:
    made = objects(catalogue="/PageLabels<</Nums[0<</S/r/St 4/P(A-)>>]>>/Outlines 10 0 R")
    made[10] = b"<</First 11 0 R/Last 11 0 R/Count 1>>"
    made[11] = b"<</Title(Findings)/Parent 10 0 R>>"
    made[12] = b"<</Title(A review)/CreationDate(D:2014)>>"
    data = press.assemble(made, trailer="/Info 12 0 R")
    one, other = read(data), read(data, "pypdf")
    assert (one.properties, one.outline) == (other.properties, other.outline)
    assert one.properties == {"title": "A review", "created": "2014-01-01"}
    assert [page.label for page in one.pages] == [page.label for page in other.pages] == ["A-iv"]


@pytest.mark.parametrize(
    ("prefix", "label"),
    [
        ("Zebedee Quill ", "1"),
        ("QUILL-", "1"),
        ("zebedee quill ", "1"),
        ("page_Quill_", "1"),
        ("quill-", "1"),
        ("Annex ", "Annex 4"),
        ("MMXX-", "MMXX-4"),
        ("viii-", "viii-4"),
        ("bc-", "bc-4"),
    ],
)
@pytest.mark.parametrize("extractor", ["pdfium", "pypdf"])
def test_a_page_label_has_no_name_that_is_not_on_the_page(press: Any, prefix: str, label: str, extractor: str) -> None:
    made = objects(catalogue=f"/PageLabels<</Nums[0<</S/D/St 4/P({prefix})>>]>>")
    drawing = b"BT /F 12 Tf 72 700 Td (Annex 4: what the agencies said.) Tj ET"
    made[3] = made[3][:-2] + b"/Contents 10 0 R/Resources<</Font<</F 11 0 R>>>>>>"
    made[10] = b"<</Length %d>>stream\n%b\nendstream" % (len(drawing), drawing)
    made[11] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    assert read(press.assemble(made), extractor).pages[0].label == label


def test_what_pypdf_cannot_read_is_not_there_and_raises_nothing() -> None:
    book = Book(b"%PDF-1.7 and nothing else")
    assert (book.opened, book.locked, book.count(), book.page(0)) == (False, False, None, None)
    assert (book.labels(2), book.properties(), book.outline()) == (["", ""], {}, [])


def test_a_file_that_pdfium_cannot_open_says_whether_a_password_is_why() -> None:
    with pytest.raises(documents.Unopened) as raised, documents.opened(b"no report"):
        pass
    assert not raised.value.locked
