"""A sentence that says something about the query is distinguished from one that only mentions it in a list."""

import pytest

from search.answering.listing import prose_factor


def share(text: str, *words: str) -> float:
    return prose_factor(text, [[(text.index(word), text.index(word) + len(word))] for word in words])


PLAIN = "The review found that gang violence had not been considered."


def test_a_sentence_without_a_comma_counts_in_full() -> None:
    assert share(PLAIN, "gang", "violence") == 1.0
    assert prose_factor(PLAIN, []) == 1.0


@pytest.mark.parametrize("word", ["such as", "including", "Including", "e.g.", "as well as", "for example"])
def test_what_is_named_as_an_example_counts_half(word: str) -> None:
    assert share(f"Many risks {word} gang violence were seen.", "gang", "violence") == 0.5
    assert share(f"Gang violence was seen {word} at home.", "Gang", "violence") == 1.0


def test_the_more_commas_the_less() -> None:
    one = share("Courses cover neglect, drugs and gang violence in two days.", "gang", "violence")
    two = share("Courses cover neglect, drugs, and gang violence in two days.", "gang", "violence")
    assert 1 > one > two
    assert one == pytest.approx(0.5)


def test_the_sentence_with_most_of_the_words_decides() -> None:
    text = f"A gang, a school, a street, a bus, a park. {PLAIN}"
    gang = [(at, at + 4) for at in (text.index("gang"), text.rindex("gang"))]
    violence = (text.index("violence"), text.index("violence") + 8)
    assert prose_factor(text, [gang, [violence]]) == 1.0
    assert prose_factor(text, [gang[:1]]) < 0.5


def test_words_in_different_sentences_count_for_the_share_that_one_sentence_has() -> None:
    assert share("The school sent an agency. Social workers came.", "agency", "Social", "workers") == pytest.approx(
        2 / 3
    )
    assert share("Social workers came. The agency sent them.", "agency", "Social") == 0.5
    assert share("Social workers came. The agency sent them.", "agency") == 1.0
