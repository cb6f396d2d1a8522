"""How a query tree is written. The parser tests check that it parses back to the same tree."""

import pytest

from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word

a, b, c = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Word("neglect"), "neglect"),
        (Word("DNA", exact=True), "=DNA"),
        (Pattern("wom?n*"), "wom?n*"),
        (Fuzzy("neglcet"), "neglcet~"),
        (Fuzzy("neglcet", 1), "neglcet~1"),
        (Phrase((Word("missed"), Pattern("appointment*"))), '"missed appointment*"'),
        (Phrase((a, b), 5), '"a b"~5'),
        (Near(a, Or((b, c)), 3), "a NEAR/3 (b OR c)"),
        (Near(Near(a, b, 1), c, 2), "(a NEAR/1 b) NEAR/2 c"),
        (And((a, Or((b, c)))), "a (b OR c)"),
        (Or((And((a, b)), c)), "(a AND b) OR c"),
        (And((a, Not(b))), "a -b"),
        (And((a, Not(And((b, c))))), "a -(b AND c)"),
        (And((a, Not(In("findings", b)))), "a -(in:findings b)"),
        (Or((a, Not(b))), "a OR (NOT b)"),
        (Not(Or((a, b))), "NOT (a OR b)"),
        (Field("year", "2015..2020"), "year:2015..2020"),
        (Field("title", "child y"), 'title:"child y"'),
        (Field("case", "2017/C6969"), 'case:"2017/C6969"'),
        (In("terms of reference", And((a, b))), 'in:"terms of reference" (a AND b)'),
        (And((In("findings", a), b)), "(in:findings a) b"),
        (Theme("neglect", (a, b)), "theme:neglect"),
        (Theme("voice of the child", (a, b)), 'theme:"voice of the child"'),
        (Nothing(), ""),
    ],
    ids=str,
)
def test_a_tree_is_written_with_brackets_wherever_it_could_be_misread(tree: Query, text: str) -> None:
    assert str(tree) == text
