"""The oracle itself, on cases small enough to check by hand."""

import pytest

from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Plain, Query, Theme, Word
from search.parsing.parser import parse
from search.parsing.plain_words import as_meant
from tests.oracle import Oracle, OracleReport, edits, fold, generate, matches, tokenise

ROBIN = OracleReport(
    "robin",
    [
        ("Neglect was seen early. The child’s voice was not heard.", "summary"),
        ("Professionals neglected the voice of the child; DNA was recorded as dna.", "analysis"),
        ("Multi-agency work: neglect, in adolescents.", "recommendations"),
    ],
    {"title": "Child Robin: Overview", "board": "Northshire LSCB", "year": 2015, "case": "NS/2015", "author": None},
)
WREN = OracleReport(
    "wren",
    [
        ("Multiagency working with the women and a woman. Voice of", "body"),
        ("the child. Information about risk and sharing of it. Information sharing.", "findings"),
    ],
    {"title": "Child Wren", "year": 2019},
)
FINCH = OracleReport("finch", [("A multi agency café, and self harm.", "body")], {"title": "Finch"})
ORACLE = Oracle([ROBIN, WREN, FINCH])
TEXTS = {report.id: [text for text, _ in report.paragraphs] for report in (ROBIN, WREN, FINCH)}


def found(query: str | Query, oracle: Oracle = ORACLE) -> dict[str, list[str]]:
    """Return the matching reports, each with the text of its mentions."""
    tree = parse(query).tree if isinstance(query, str) else query
    return {
        report: [TEXTS[report][paragraph][start:end] for paragraph, start, end in places]
        for report, places in oracle.answer(tree).items()
    }


CASES: list[tuple[str, dict[str, list[str]]]] = [
    ("neglect", {"robin": ["Neglect", "neglected", "neglect"]}),
    ("=neglect", {"robin": ["Neglect", "neglect"]}),
    ("child", {"robin": ["child’s", "child"], "wren": ["child"]}),
    ("childs", {"robin": ["child’s", "child"], "wren": ["child"]}),
    ("child's", {"robin": ["child’s", "child"], "wren": ["child"]}),
    ("=child's", {"robin": ["child’s"]}),
    ("=DNA", {"robin": ["DNA"]}),
    ("=dna", {"robin": ["DNA", "dna"]}),
    ("cafe", {"finch": ["café"]}),
    ("nowhere", {}),
    ("neglect women", {}),
    ("voice women", {"wren": ["women", "woman", "Voice"]}),
    ("neglect OR women", {"robin": ["Neglect", "neglected", "neglect"], "wren": ["women", "woman"]}),
    ("-neglect", {"wren": [], "finch": []}),
    ("child -neglect", {"wren": ["child"]}),
    ('"voice of the child"', {"robin": ["voice of the child"]}),
    ('"neglected the voices"', {}),
    ('"the child\'s"', {"robin": ["The child’s"]}),
    ("wom?n", {"wren": ["women", "woman"]}),
    ("wom*n", {"wren": ["women", "woman"]}),
    ("negl*", {"robin": ["Neglect", "neglected", "neglect"]}),
    ("neglcet~1", {"robin": ["Neglect", "neglect"]}),
    ("eglect~", {}),
    ('"information sharing"', {"wren": ["Information sharing"]}),
    ('"information sharing"~3', {"wren": ["Information about risk and sharing", "Information sharing"]}),
    ('"information sharing"~2', {"wren": ["Information sharing"]}),
    ("risk NEAR/1 sharing", {"wren": ["risk and sharing"]}),
    ("sharing NEAR/1 risk", {"wren": ["risk and sharing"]}),
    ("sharing NEAR/0 risk", {}),
    ("voice NEAR/20 child", {"robin": ["child’s voice", "voice of the child"]}),
    ("neglect NEAR/0 neglect", {}),
    ("woman NEAR/2 women NEAR/5 working", {"wren": ["working with the women and a woman"]}),
    ("multi-agency", {"robin": ["Multi-agency"], "wren": ["Multiagency"], "finch": ["multi agency"]}),
    ("multiagency", {"robin": ["Multi-agency"], "wren": ["Multiagency"], "finch": ["multi agency"]}),
    ("multi agency", {"robin": ["Multi", "agency"], "wren": ["Multiagency"], "finch": ["multi", "agency"]}),
    ("agency multi", {"robin": ["Multi", "agency"], "finch": ["multi", "agency"]}),
    ('"multiagency work*"', {"robin": ["Multi-agency work"], "wren": ["Multiagency working"]}),
    ('"multi agency"', {"robin": ["Multi-agency"], "wren": ["Multiagency"], "finch": ["multi agency"]}),
    ("=multi-agency", {"robin": ["Multi-agency"], "finch": ["multi agency"]}),
    ("selfharm", {}),
    ("self-harms", {"finch": ["self harm"]}),
    ("in:summary neglect", {"robin": ["Neglect"]}),
    ("in:findings -risk", {"robin": [], "finch": []}),
    ("in:summary (in:analysis neglect)", {}),
    ("in:recommendations (multi agency)", {"robin": ["Multi", "agency"]}),
    ("title:robin", {"robin": []}),
    ('title:"overview child"', {"robin": []}),
    ("title:rob", {}),
    ("author:robin", {}),
    ("-author:robin", {"robin": [], "wren": [], "finch": []}),
    ("year:2016..", {"wren": []}),
    ("year:..2015 child", {"robin": ["child’s", "child"]}),
    ("year:2015..2019", {"robin": [], "wren": []}),
    ("year:2019", {"wren": []}),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_each_rule_on_a_case_checked_by_hand(query: str, expected: dict[str, list[str]]) -> None:
    assert found(query) == expected


def test_a_match_inside_a_phrase_is_not_counted_again() -> None:
    assert found('child OR "voice of the child"')["robin"] == ["child’s", "voice of the child"]


FIGURES = OracleReport(
    "plover",
    [
        ("4.2 It took 2.5 hours, 1,000 pounds and a section 47 enquiry.", "body"),
        ("15 June 2023: the C.S.E. team met 1:1 and 24/7 in 2018-19.", "body"),
        ("3. Child D. A plan. C S E and section 4.7 and 47.", "body"),
    ],
    {},
    {0: "4.2", 1: "15", 2: "3"},
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("25", None),
        ("2.5", ["2.5"]),
        ("11", None),
        ("1000", ["1,000"]),
        ("201819", None),
        ("19", None),
        ("2019", ["19"]),
        ("2018/19", ["2018-19"]),
        ("4", ["4"]),
        ("3", None),
        ("4.2", None),
        ('"15 June"', ["15 June"]),
        ("s47", ["section 47"]),
        ("s4", None),
        ("section 47", ["section 47", "section", "47"]),
        ('"s.47 enquiry"', ["section 47 enquiry"]),
        ("CSE", ["C.S.E", "C S E"]),
        ("da", None),
        ("paragraph:4.2", []),
        ("paragraph:4", None),
    ],
)
def test_figures_and_abbreviations_by_hand(query: str, expected: list[str] | None) -> None:
    answer = Oracle([FIGURES]).answer(parse(query).tree)
    marked = {report: [FIGURES.paragraphs[n][0][a:b] for n, a, b in places] for report, places in answer.items()}
    assert marked == ({} if expected is None else {"plover": expected})


def test_plain_words_are_mentioned_where_they_occur_together() -> None:
    assert found(Plain((Word("voice"), Word("child")))) == {
        "robin": ["child’s voice", "voice of the child"],
        "wren": [],
    }
    assert found(Plain((Word("sharing"), Word("risk"), Word("information")))) == {
        "wren": ["Information about risk and sharing", "risk and sharing of it. Information"],
    }
    assert found(Plain((Word("multi"), Word("agency"))))["wren"] == ["Multiagency"]


def test_a_theme_matches_any_of_its_parts() -> None:
    assert found(Theme("t", (Word("risk"), Word("café")))) == {"wren": ["risk"], "finch": ["café"]}


def test_nothing_finds_nothing() -> None:
    assert found(Nothing()) == {}


def test_tokens_keep_apostrophes_and_no_other_punctuation() -> None:
    assert [t.folded for t in tokenise("O’Neill's e-mail_4.3.2 'quoted' 1980's ﬁne")] == [
        *("o'neill's", "e", "mail", "4", "3", "2", "quoted", "1980", "s", "fine")
    ]


def test_folding_removes_case_accents_and_ligatures() -> None:
    assert fold("Straßé ﬁ’") == "strasse fi'"


@pytest.mark.parametrize(
    ("pattern", "word", "same"),
    [("a*c", "ac", True), ("a*c", "abbc", True), ("a*c", "abcd", False), ("a?c", "ac", False), ("a**", "a", True)],
)
def test_a_pattern_matches_as_documented(pattern: str, word: str, same: bool) -> None:
    assert matches(pattern, word) is same


@pytest.mark.parametrize(
    ("a", "b", "cost"), [("ab", "ba", 1), ("ca", "abc", 3), ("neglcet", "neglect", 1), ("", "ab", 2)]
)
def test_the_edit_distance_counts_swaps_of_neighbours_as_one(a: str, b: str, cost: int) -> None:
    assert edits(a, b) == cost


def names(tree: Query) -> dict[str, tuple[str, ...]]:
    """Return the themes in a tree with their queries, as in a theme file."""
    if isinstance(tree, Theme):
        return {tree.name: tuple(map(str, tree.parts))}
    if isinstance(tree, And | Or):
        return {name: queries for part in tree.parts for name, queries in names(part).items()}
    if isinstance(tree, Near):
        return names(tree.left) | names(tree.right)
    return names(tree.part) if isinstance(tree, Not | In) else {}


def test_generated_queries_have_every_form_and_find_something_and_parse_back() -> None:
    queries = generate(ORACLE, seed=1, n=1000)
    assert queries == generate(ORACLE, seed=1, n=1000)
    assert queries != generate(ORACLE, seed=2, n=1000)
    forms = (Word, Phrase, Pattern, Fuzzy, Near, And, Or, Not, In, Field, Theme, Plain)
    assert {type(query) for query in queries} >= set(forms)
    answered = sum(bool(ORACLE.answer(query)) for query in queries)
    assert 400 < answered < 1000
    for query in queries:
        themes = names(query)
        read = parse(str(query), lambda name, held=themes: (name, held[name]) if name in held else None)  # type: ignore[misc]
        assert as_meant(read).tree == query, str(query)
