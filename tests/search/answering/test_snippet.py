"""A text is cut between sentences, never inside a match."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.answering.snippet import best_snippet, sentences

TEXT = "Dr. Ames saw Robin. No. 4 was empty! Was it? “Yes.” The nurse wrote it down, e.g. In the notes."


def parts(text: str) -> list[str]:
    starts = [*sentences(text), len(text)]
    return [text[a:b].strip() for a, b in pairwise(starts)]


def test_sentences_end_at_stops_but_not_at_abbreviations() -> None:
    assert parts(TEXT) == [
        "Dr. Ames saw Robin.",
        "No. 4 was empty!",
        "Was it?",
        "“Yes.”",
        "The nurse wrote it down, e.g. In the notes.",
    ]


def test_the_number_of_a_paragraph_is_not_a_sentence() -> None:
    assert parts("12. The school knew. 4.3 It told nobody.") == ["12. The school knew.", "4.3 It told nobody."]


def test_the_sentences_with_the_most_matches_are_kept() -> None:
    text = "One robin came. " + "Nothing happened here. " * 10 + "A robin met a robin. The end came."
    marks = [(i, i + 5) for i in range(len(text)) if text.startswith("robin", i)]
    start, end = best_snippet(text, 0, len(text), marks, 60)
    assert text[start:end].startswith("A robin met a robin.")


def test_a_long_sentence_is_cut_between_words_around_the_match() -> None:
    text = "word " * 100 + "robin" + " word" * 100
    at = text.index("robin")
    start, end = best_snippet(text, 0, len(text), [(at, at + 5)], 80)
    assert start <= at < at + 5 <= end
    assert end - start <= 80
    assert text[start - 1] == " "
    assert text[end] == " "


def test_a_match_that_fills_the_snippet_does_not_make_it_begin_within_a_word() -> None:
    text = "Close attention is paid to care leavers’ physical health, " + "and to much else " * 20
    at = text.index("physical")
    for length in range(60, 120):
        start, end = best_snippet(text, 0, len(text), [(at, at + length)], length + 3)
        assert start == 0 or text[start - 1] == " ", text[start:end]
        assert start <= at
        assert end >= at + length


@given(st.text("ab. ?A", max_size=200), st.integers(5, 60), st.data())
def test_a_snippet_holds_a_whole_match_whatever_the_text(text: str, longest: int, data: st.DataObject) -> None:
    marks = []
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        marks = [(start, data.draw(st.integers(start + 1, len(text))))]
    begin, end = best_snippet(text, 0, len(text), marks, longest)
    assert 0 <= begin <= end <= len(text)
    assert all(begin <= a and b <= end for a, b in marks)
    assert end - begin <= max([longest, *(b - a for a, b in marks)]) or not marks


@pytest.mark.parametrize("text", ["", " ", "x", "x" * 1000])
def test_texts_without_a_place_to_cut_do_no_harm(text: str) -> None:
    assert sentences(text) == [0]
    start, end = best_snippet(text, 0, len(text), [], 100)
    assert 0 <= start <= end <= len(text)
