"""The line above a passage: no repetition, no overlong heading, and a note on OCR."""

from dataclasses import replace

import pytest

from corpus.model import SectionKind
from reviews.terminal.results import cited, without
from search.results import Passage

PLAIN = Passage(3, 3, "3", "14", 7, SectionKind.CHRONOLOGY, "", 0, "DNA.", ())


def test_a_passage_from_ocr_says_so_with_its_confidence() -> None:
    assert cited(PLAIN) == "page 3, paragraph 14"
    assert cited(replace(PLAIN, ocr=True, confidence=95.8)) == "page 3, paragraph 14, read by OCR with 96% confidence"
    poor = cited(replace(PLAIN, ocr=True, confidence=61.2))
    assert poor == "page 3, paragraph 14, read by OCR with 61% confidence: compare it with the page"


def test_a_heading_is_shown_once_and_shortened() -> None:
    heading = (
        "Finding 1: The older a neglected child becomes, the more likely it is that professionals will see naughtiness."
    )
    finding = replace(PLAIN, paragraph="Finding 1", section_heading=heading)
    assert cited(finding) == "page 3, Finding 1: The older a neglected child becomes, the more likely it is that …"
    assert cited(replace(finding, paragraph="14", section_heading="Findings")) == "page 3, paragraph 14, Findings"


def test_a_passage_across_a_page_break_names_both_pages_and_their_printed_number() -> None:
    assert cited(replace(PLAIN, page_end=4, page_label="iii")) == "pages 3 and 4 (printed iii), paragraph 14"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("neglect",), "Without the word “neglect”"),
        (("=neglect",), "Without the word “neglect”"),
        (("asthma", "dentist"), "Without the words “asthma” and “dentist”"),
        (("asthma", "dentist", "neglect"), "Without the words “asthma”, “dentist” and “neglect”"),
    ],
)
def test_words_that_a_report_lacks_are_quoted(words: tuple[str, ...], said: str) -> None:
    assert without(words) == said
