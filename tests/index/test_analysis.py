"""Text becomes the same terms in the index and in a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import analysis


def terms(text: str) -> list[str]:
    return [term for term, _ in analysis.terms(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The voice of the child", ["the", "voice", "of", "the", "child"]),
        ("multi-agency", ["multi", "agency"]),
        ("the child’s words", ["the", "child's", "words"]),
        ("the child's words", ["the", "child's", "words"]),
        ("the ‘child’ said", ["the", "child", "said"]),
        ("professionals' views", ["professionals", "views"]),
        ("paragraph 4.3.2", ["paragraph", "4", "3", "2"]),
        ("2017/C6969", ["2017", "c6969"]),
        ("café Élan", ["cafe", "elan"]),
        ("dif\ufb01cult \uff21\uff22", ["difficult", "ab"]),
        ("snake_case", ["snake", "case"]),
        ("guidance¹ the Board¹² H₂O", ["guidance", "the", "board", "h", "o"]),
        ("5'6", ["5", "6"]),
        ("", []),
        ("— … •", []),
    ],
)
def test_a_text_has_these_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("DNA", "DNA"), ("dna", ""), ("DNAs", ""), ("A", ""), ("S25", ""), ("GCP2", "GCP2"), ("2015", ""), ("É", "")],
)
def test_only_words_in_capitals_with_two_letters_have_capitals(text: str, expected: str) -> None:
    assert analysis.terms(text)[0][1] == expected


def test_offsets_point_at_the_tokens_in_order() -> None:
    text = "The child’s multi-agency plan, 2015."
    assert [text[start:end] for start, end in analysis.offsets(text)] == [
        "The",
        "child’s",
        "multi",
        "agency",
        "plan",
        "2015",
    ]


def test_there_are_as_many_offsets_as_terms_whatever_the_text() -> None:
    text = "Ωμέγα naïve ½ ² ﷺ ŉ 中文 I\u0307 DNA'd o’Neill’s 'quoted' x-y --- a_b"
    assert len(analysis.offsets(text)) == len(analysis.terms(text))


PIECES = st.sampled_from(
    ["child", "DNA", "a", "4", "x2", "é", "½", "'", "’", "‘", "“", "–", "-", "_", " ", "\t", "\x1c", "£", "\uf0b7", "ﬁ"]
)


@given(st.lists(PIECES | st.characters(), max_size=12).map("".join))
def test_the_quick_way_to_tokens_finds_what_the_expression_finds(text: str) -> None:
    spans = [text[start:end].replace("\u2019", "'") for start, end in analysis.offsets(text)]
    assert [token.replace("\u2019", "'") for token in analysis.tokens(text)] == spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("multi-agency work", [("multi", "agency")]),
        ("self\u2011harm", [("self", "harm")]),
        ("face-to-face", [("face", "to"), ("to", "face")]),
        ("Well-Being", [("well", "being")]),
        ("a - b -c d- (x)-y", []),
        ("-", []),
        ("note¹-taking", []),
        ("end-", []),
    ],
)
def test_words_are_a_compound_when_only_a_hyphen_stands_between(text: str, expected: list[tuple[str, str]]) -> None:
    assert analysis.compounds(text) == expected


@pytest.mark.parametrize(
    "words", [("neglect", "neglected", "neglecting"), ("child", "child's"), ("agencies", "agency", "agency's")]
)
def test_the_forms_of_a_word_share_their_stem(words: tuple[str, ...]) -> None:
    assert len({analysis.stem(word) for word in words}) == 1
