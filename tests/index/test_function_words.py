"""The published list of function words."""

import pytest

from index.function_words import FUNCTION_WORDS, is_function_word


@pytest.mark.parametrize("word", ["the", "The", "WAS", "of", "not", "didn't", "didn\u2019t", "why"])
def test_a_word_that_only_structures_the_sentence_is_a_function_word(word: str) -> None:
    assert is_function_word(word)


@pytest.mark.parametrize("word", ["child", "alone", "seen", "will", "can", "may", "", "of-the", "never", "one"])
def test_a_word_with_meaning_is_not_a_function_word(word: str) -> None:
    assert not is_function_word(word)


def test_the_list_is_the_published_one() -> None:
    assert len(FUNCTION_WORDS) == 174
