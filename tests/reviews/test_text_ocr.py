"""A person is told when words were read from a scan, and how sure that reading is where it is poor."""

from dataclasses import replace

from corpus.model import SectionKind
from reviews.text import cited
from search.results import Passage

PLAIN = Passage(3, 3, "3", "14", 7, SectionKind.CHRONOLOGY, "", 0, "DNA.", ())


def test_a_passage_says_that_it_was_read_by_ocr_and_a_poor_one_how_sure_it_is() -> None:
    assert cited(PLAIN) == "page 3, paragraph 14"
    assert cited(replace(PLAIN, ocr=True, confidence=95.8)) == "page 3, paragraph 14, read by OCR"
    poor = cited(replace(PLAIN, ocr=True, confidence=61.2))
    assert poor == "page 3, paragraph 14, read by OCR and only 61 % sure: compare it with the page"
