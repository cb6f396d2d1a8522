"""Words that are printed as several tokens, and sentences that only look like them."""

from functools import partial

import pytest

from index import analyser, spellings
from tests.patience import steps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The risk of C.S.E. was", [(3, 3, "cse")]),
        ("e.g. this, i.e. that", [(0, 2, "eg"), (3, 2, "ie")]),
        ("C S E", [(0, 3, "cse")]),
        ("C. S. E. and D.V.", [(0, 3, "cse"), (4, 2, "dv")]),
        ("the C.S.E¹ team", [(1, 3, "cse")]),
        ("S U M M A R Y", [(0, 7, "summary")]),
        ("s.47, S. 47, s 47 and SECTION 47", [(0, 2, "s47"), (2, 2, "s47"), (4, 2, "s47"), (7, 2, "s47")]),
        ("sections 17ZA(1) and ss.20", [(0, 2, "s17za"), (4, 2, "s20")]),
        ("Child D. A plan; Child A. I said", []),
        ("Children C, S, E or C/S/E", []),
        ("c s e", []),
        ("abuse.The end", []),
        ("C.S.E\u2019s and C S E's", []),
        ("Mother\u2019s 47 and mother's 47", []),
        ("section 4.7, s.2014, section 10,000, sections4", []),
        ("section 47: it says", [(0, 2, "s47")]),
        ("A " * 30, []),
        ("", []),
    ],
)
def test_the_words_that_a_text_prints_as_several(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert spellings.spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("C.S.E", "cse"), ("s.47", "s47"), ("CSE", ""), ("C.S.E-led", ""), ("a.b c", ""), ("multi-agency", ""), ("", "")],
)
def test_a_text_that_is_one_word_printed_as_several(text: str, expected: str) -> None:
    assert spellings.whole(text) == expected


def test_the_terms_to_look_for_are_the_terms_in_the_text() -> None:
    for text in ("C.S.E.", "section 47", "C S E", "s.17ZA"):
        ((first, width, word),) = spellings.spelled(text)
        slots = spellings.slots_of(word)
        assert slots[0] == (analyser.SPELLED + word,)
        terms = [term for term, _ in analyser.terms(text)]
        assert [term for (term,) in slots[1:]] == terms[first + 1 : first + width]


def test_no_word_is_mistaken_for_a_special_term() -> None:
    assert not any(map(analyser.is_word, (".cse", "#4.3.2", "DNA")))
    assert all(map(analyser.is_word, ("cse", "4", "child's")))


@pytest.mark.parametrize(
    ("printed", "term"),
    [("4.3.2", "#4.3.2"), ("47.", "#47"), ("(3)", "#3"), ("R3", "#r3"), ("Recommendation  3", "#recommendation 3")],
)
def test_a_printed_number_is_compared_without_what_is_at_its_ends(printed: str, term: str) -> None:
    assert analyser.number_term(printed) == term


def test_a_long_text_takes_no_more_time_for_each_word_than_a_short_one() -> None:
    short, long = (steps(partial(spellings.spelled, "a C.S.E. b " * often)) for often in (100, 400))
    assert long < 5 * short
