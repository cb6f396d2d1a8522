"""A number counts as a paragraph number only if its form and its place in the sequence are right."""

import pytest

from ingest.structure import numbers


def found(*texts: str) -> list[str | None]:
    return numbers.in_order([numbers.at_start(text) for text in texts])


@pytest.mark.parametrize(
    "printed",
    [
        ["1.1", "1.2", "1.3", "2.1"],
        ["1.1.1", "1.1.2", "1.2.1", "2.1.1"],
        ["4-1", "4-2", "4-3"],
        ["15.1.1", "15.1.2", "15.1.3"],
        ["A.1", "A.2", "B.1"],
        ["1.1", "1.2", "1.1", "1.2"],  # an appendix begins again
        ["4.3.1", "4.3.2", "4.3.4", "4.3.5"],  # one was lost
        ["Recommendation 1", "Recommendation 2"],
        ["Finding 1", "Finding 2", "Finding 3"],
        ["Recommendation No. 1", "Recommendation No. 2"],
        ["Rec 1", "Rec 2", "Rec 3"],
        ["Rec. 1", "Rec. 2", "Rec. 3"],
        ["No. 1", "No. 2", "No. 3"],
        ["#1", "#2", "#3"],
    ],
)
def test_numbers_in_order_are_paragraph_numbers(printed: list[str]) -> None:
    assert found(*(f"{number} The child was seen." for number in printed)) == printed


def test_a_name_may_say_how_many_there_are() -> None:
    assert found("Recommendation 1 of 2", "Recommendation 2 of 2") == ["Recommendation 1 of 2", "Recommendation 2 of 2"]
    assert found("Finding 1 of 2: One.", "Finding 2 of 2: Two.") == ["Finding 1 of 2", "Finding 2 of 2"]
    assert found("Recommendation 1 of 2019 was met.", "Recommendation 2 of 12 was met.") == [
        "Recommendation 1",
        "Recommendation 2",
    ]


def test_dots_and_brackets_after_a_number_are_not_part_of_it() -> None:
    assert found("1. One", "2. Two", "3) Three") == ["1", "2", "3"]
    assert found("i. One", "ii. Two", "iii. Three") == ["i", "ii", "iii"]
    assert found("(1) One", "(2) Two") == ["(1)", "(2)"]


@pytest.mark.parametrize(
    "text",
    [
        "2015 was the year of the first referral",
        "3.5 per cent of families",
        "42 Acacia Avenue",
        "999 calls were made",
        "2015. In that year",
    ],
)
def test_a_number_out_of_order_is_not_a_paragraph_number(text: str) -> None:
    assert found("1.1 The child was seen.", text, "1.2 The child was not seen.") == ["1.1", None, "1.2"]


def test_a_number_may_be_written_as_a_word_after_a_name() -> None:
    assert found("Recommendation One: Act", "Recommendation Two – Act", "Recommendation Three") == [
        "Recommendation One", "Recommendation Two", "Recommendation Three",
    ]  # fmt: skip
    assert found("Recommendation one of the review was for the police", "Recommendation two was not") == [None, None]


def test_a_single_bare_number_does_not_count_but_a_row_of_them_does() -> None:
    assert found("1 Brook Street") == [None]
    assert found("M1 2AB") == [None]
    assert found("No. 1 Lakeside") == [None]
    assert found("S1 One", "S2 Two") == ["S1", "S2"]
    assert found("1 Introduction", "Text.", "2 Method", "3 Analysis") == ["1", None, "2", "3"]


def test_an_extract_may_begin_in_the_middle() -> None:
    assert found("4.1 One", "4.2 Two", "4.3 Three") == ["4.1", "4.2", "4.3"]


def test_no_word_is_mistaken_for_a_roman_numeral() -> None:
    assert numbers.at_start("civil. law") is None
    assert numbers.at_start("I. saw") is None


def test_a_number_needs_no_space_before_its_text() -> None:
    assert numbers.of_paragraphs(["8.13.In May it rained.", "8.14.In June it did not."]) == ["8.13", "8.14"]


def test_chapter_numbers_may_end_in_zero() -> None:
    texts = ["1.0 Introduction", "1.1 It rained.", "2.0 Analysis", "2.1 It went on.", "3.0 Conclusions"]
    assert numbers.of_paragraphs(texts) == ["1.0", "1.1", "2.0", "2.1", "3.0"]
    assert numbers.of_paragraphs(["It grew.", "3.0 per cent of homes were wet."]) == [None, None]


def test_a_footnote_and_the_rows_of_a_table_of_versions_have_no_numbers() -> None:
    texts = ["1.0 12/03/2019 First draft", "1.1 14 May 2019 J. Wren", "1.2 Draft for panel", None, "1.1 It rained."]
    assert numbers.of_paragraphs(texts) == [None, None, None, None, "1.1"]


def test_the_entries_of_a_contents_list_have_no_numbers() -> None:
    entries = ["1 Introduction 3", "2 What happened to Wren 4", "3 Analysis 9", "4 Findings 12"]
    texts = [*entries, "1 Introduction", "2 What happened to Wren", "3 Analysis"]
    assert numbers.of_paragraphs(texts) == [None] * 4 + ["1", "2", "3"]


def test_two_paragraphs_that_end_in_numbers_are_not_a_contents_list() -> None:
    assert numbers.of_paragraphs(["1.1 It rained on 12", "1.2 It rained on 14", "1.3 It stopped."]) == [
        "1.1",
        "1.2",
        "1.3",
    ]
