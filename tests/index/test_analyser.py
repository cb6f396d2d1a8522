"""Text is turned into the same terms in the index and in a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import analyser


def terms(text: str) -> list[str]:
    return [term for term, _ in analyser.terms(text)]


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
        ("£1,000 or 1,250,000", ["1000", "or", "1250000"]),
        ("12,34 1234,567 A1,234 1,2345 1,234,56", ["12", "34", "1234", "567", "a1", "234", "1", "2345", "1234", "56"]),
        ("£2,500m, 3,000", ["2500m", "3000"]),
        ("2014-15 2014–15 2014/15 2014– 15 2014 - 15", ["2014", "2015"] * 5),
        ("1999/00, 2012–15 (2012/13-2014/15)", ["1999", "2000", "2012", "2015", "2012", "2013", "2014", "2015"]),
        ("2005/12 2015-14 2014 -- 15 2014_15 14-15", ["2005", "12", "2015", "14", *["2014", "15"] * 2, "14", "15"]),
        ("ukpga/2011/12 2011-12-01 2014-15th", ["ukpga", "2011", "12", "2011", "12", "01", "2014", "15th"]),
        ("2016–28 July, 2016-28 Sept 2000–35,786", ["2016", "28", "july", "2016", "28", "sept", "2000", "35786"]),
        ("2014–15 may, 2014–15¹, x2014–15", ["2014", "2015", "may", "2014", "2015", "x2014", "15"]),
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
    assert analyser.terms(text)[0][1] == expected


def test_offsets_point_at_the_tokens_in_order() -> None:
    text = "The child’s multi-agency plan, 2015."
    assert [text[start:end] for start, end in analyser.offsets(text)] == [
        "The",
        "child’s",
        "multi",
        "agency",
        "plan",
        "2015",
    ]


def test_the_second_year_of_a_range_is_where_its_two_digits_are() -> None:
    text = "In 2014–15 a plan."
    assert [text[start:end] for start, end in analyser.offsets(text)] == ["In", "2014", "15", "a", "plan"]
    assert analyser.places(text, [(1, 2), (2, 2)]) == [(3, 10), (8, 10)]


def test_there_are_as_many_offsets_as_terms_whatever_the_text() -> None:
    text = "Ωμέγα naïve ½ ² ﷺ ŉ 中文 I\u0307 DNA'd o’Neill’s 'quoted' x-y --- a_b"
    assert len(analyser.offsets(text)) == len(analyser.terms(text))


PIECES = st.sampled_from(
    [
        "child",
        "DNA",
        "a",
        "4",
        "x2",
        "é",
        "½",
        "'",
        "’",
        "‘",
        "“",
        "–",
        "-",
        "_",
        ",",
        "123",
        "é9",
        " ",
        "\t",
        "\x1c",
        "£",
        "\uf0b7",
        "ﬁ",
    ]
)


@given(st.lists(PIECES | st.characters(), max_size=12).map("".join))
def test_the_fast_tokeniser_finds_what_the_regular_expression_finds(text: str) -> None:
    spans = [text[start:end].replace("\u2019", "'") for start, end in analyser.offsets(text)]
    assert [token.replace("\u2019", "'") for token in analyser.tokens(text)] == spans


YEARS = st.sampled_from(["2014", "1999", "2015", "15", "00", "-", "–", "/", " ", "July", ",", "123", "¹", "é", "x"])


@given(st.lists(YEARS, max_size=8).map("".join))
def test_a_range_of_years_has_as_many_tokens_as_any_other_text(text: str) -> None:
    found = analyser.tokens(text)
    assert len(found) == len(analyser.offsets(text))
    spans = [text[start:end] for start, end in analyser.offsets(text)]
    assert all(token == span or token[2:] == span for token, span in zip(found, spans, strict=True))


@given(st.lists(PIECES | st.characters(), max_size=12).map("".join), st.data())
def test_the_places_of_some_tokens_are_their_offsets(text: str, data: st.DataObject) -> None:
    every = analyser.offsets(text)
    number = st.integers(0, len(every) - 1)
    pairs = data.draw(st.lists(st.tuples(number, number).map(lambda pair: (min(pair), max(pair))))) if every else []
    assert analyser.places(text, pairs) == [(every[first][0], every[last][1]) for first, last in pairs]
    with pytest.raises(IndexError):
        analyser.places(text, [(len(every), len(every))])


@given(st.lists(st.lists(PIECES | st.characters() | st.just(analyser.GAP), max_size=5).map("".join), max_size=5))
def test_the_tokens_of_several_texts_are_those_of_each_with_a_gap_between(texts: list[str]) -> None:
    found: list[list[str]] = [[]] if texts else []
    for token in analyser.tokens_of(texts):
        if token == analyser.GAP:
            found.append([])
        else:
            found[-1].append(token)
    assert found == [analyser.tokens(text) for text in texts]


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
        ("2018-19 and 7-minute and covid-19", [("7", "minute"), ("covid", "19")]),
        ("multi–agency", [("multi", "agency")]),
        ("and/or 1:1 s.47", []),
        ("multi-agency and multi-agency", [("multi", "agency")]),
        ("-".join("ab" * 50_000), [("a", "b"), ("b", "a")]),
    ],
)
def test_words_are_a_compound_when_only_a_hyphen_is_between_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert list(dict.fromkeys(analyser.compounds(text))) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("neglect", "neglected", "neglecting"),
        ("child", "child's", "children", "children's"),
        ("agencies", "agency", "agency's"),
        ("o'brien", "obrien", "o'brien's", "obriens"),
        ("d'souza", "dsouza"),
        ("qur'an", "quran"),
    ],
)
def test_the_forms_of_a_word_share_their_class(words: tuple[str, ...]) -> None:
    assert len({analyser.word_class(word) for word in words}) == 1


@pytest.mark.parametrize("words", [("i'll", "ill"), ("we're", "were"), ("she'd", "shed"), ("can't", "cant")])
def test_words_that_are_drawn_together_are_no_form_of_the_word_without_an_apostrophe(words: tuple[str, str]) -> None:
    assert analyser.word_class(words[0]) != analyser.word_class(words[1])
