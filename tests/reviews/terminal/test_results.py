"""Where a passage stands is said in one line: nothing twice, no endless heading, and whether a scan was read."""

from dataclasses import replace

from corpus.model import SectionKind
from reviews.terminal.results import cited
from search.results import Passage

PLAIN = Passage(3, 3, "3", "14", 7, SectionKind.CHRONOLOGY, "", 0, "DNA.", ())


def test_a_passage_says_that_it_was_read_by_ocr_and_a_poor_one_how_sure_it_is() -> None:
    assert cited(PLAIN) == "page 3, paragraph 14"
    assert cited(replace(PLAIN, ocr=True, confidence=95.8)) == "page 3, paragraph 14, read by OCR"
    poor = cited(replace(PLAIN, ocr=True, confidence=61.2))
    assert poor == "page 3, paragraph 14, read by OCR and only 61 % sure: compare it with the page"


def test_a_heading_is_said_once_and_not_at_length() -> None:
    heading = (
        "Finding 1: The older a neglected child becomes, the more likely it is that professionals will see naughtiness."
    )
    finding = replace(PLAIN, paragraph="Finding 1", section_heading=heading)
    assert cited(finding) == "page 3, Finding 1: The older a neglected child becomes, the more likely it is that …"
    assert cited(replace(finding, paragraph="14", section_heading="Findings")) == "page 3, paragraph 14, Findings"


def test_a_passage_over_a_page_break_names_both_pages_and_what_is_printed_on_them() -> None:
    assert cited(replace(PLAIN, page_end=4, page_label="iii")) == "pages 3 and 4 (printed iii), paragraph 14"
