"""The query parser: every form, unusual input, every limit, and a round trip through the text of the tree."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import QueryRefused
from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word
from search.diagnostics import Code
from search.parsing.parser import FIELDS, MAX_CLAUSES, MAX_LENGTH, MAX_WARNINGS, Parsed, parse
from search.parsing.tree_builder import MAX_DEPTH
from tests.patience import steps

THEMES = {
    "voice of the child": ('"voice of the child"', '"lived experience"', "wishes NEAR/3 feelings"),
    "hidden men": ("father*", '"mother\'s partner"', 'theme:"unseen people"'),
    "unseen people": ("unseen", "invisible"),
    "chicken": ("chick", "theme:egg"),
    "egg": ("yolk", "theme:chicken"),
    "hollow": ("()",),
}


def lookup(name: str) -> tuple[str, tuple[str, ...]] | None:
    key = name.casefold()
    return (key, THEMES[key]) if key in THEMES else None


def read(text: str) -> Parsed:
    return parse(text, lookup, tuple(THEMES))


def phrase(text: str, slop: int = 0) -> Phrase:
    return Phrase(tuple(Word(word) for word in text.split()), slop)


a, b, c, d = (Word(text) for text in "abcd")

READINGS: list[tuple[str, Query]] = [
    ("neglect", Word("neglect")),
    ("  neglect\n\tadolescent ", And((Word("neglect"), Word("adolescent")))),
    ("neglect, adolescent.", And((Word("neglect"), Word("adolescent")))),
    ("=neglect", Word("neglect", exact=True)),
    ("=DNA", Word("DNA", exact=True)),
    ("multi-agency", Word("multi-agency")),
    ("child’s", Word("child’s")),
    ("o'neill", Word("o'neill")),
    ("2017/C6969", Word("2017/C6969")),
    ("4.3.2", Word("4.3.2")),
    ("e-mail", Word("e-mail")),
    ("10:30", Word("10:30")),
    ("C&F", Word("C&F")),
    ("A & E", Word("A&E")),
    ("(b & b) a", And((Word("b&b"), a))),
    ("nosuch=thing", Word("nosuch=thing")),
    ("neglect*", Pattern("neglect*")),
    ("wom?n", Pattern("wom?n")),
    ("neglect**", Pattern("neglect*")),
    ("child’s*", Pattern("child’s*")),
    ("neglcet~", Fuzzy("neglcet")),
    ("neglcet~2", Fuzzy("neglcet")),
    ("neglcet~1", Fuzzy("neglcet", 1)),
    ('"voice of the child"', phrase("voice of the child")),
    ("“voice of the child”", phrase("voice of the child")),
    ("„voice of the child“", phrase("voice of the child")),
    ("«voice of the child»", phrase("voice of the child")),
    ("»voice of the child«", phrase("voice of the child")),
    ("‹voice of the child›", phrase("voice of the child")),
    ("”voice of the child”", phrase("voice of the child")),
    ('""voice of the child""', phrase("voice of the child")),
    ('"""voice of the child"""', phrase("voice of the child")),
    ("““voice of the child””", phrase("voice of the child")),
    ('""a b"" OR ""c d""', Or((phrase("a b"), phrase("c d")))),
    ('a -""b c""~2', And((a, Not(phrase("b c", 2))))),
    ('"a b""c d"', And((phrase("a b"), phrase("c d")))),
    ("\"the child's 'own' words\"", phrase("the child's own words")),
    ("O'Brien children's parents’ ’s", And(tuple(map(Word, ("O'Brien", "children's", "parents", "s"))))),
    ("O’Brien’s child ’s James’ views", And(tuple(map(Word, ("O’Brien’s", "child", "s", "James", "views"))))),
    ("rock 'n' roll", And(tuple(map(Word, ("rock", "n", "roll"))))),
    ("the ’90s and parents’ views", And(tuple(map(Word, ("the", "90s", "and", "parents", "views"))))),
    ("seen within 5 days", And(tuple(map(Word, ("seen", "within", "5", "days"))))),
    ("w/5", Word("w/5")),
    ("a (w/5) b", And((a, Word("w/5"), b))),
    ("DNA OR WNB", Or((Word("DNA"), Word("WNB")))),
    ("CSE AND CCE", And((Word("CSE"), Word("CCE")))),
    ("CAFCASS NOT CAMHS", And((Word("CAFCASS"), Not(Word("CAMHS"))))),
    ("(NEGLECT OR ABUSE) CHILD", And((Or((Word("NEGLECT"), Word("ABUSE"))), Word("CHILD")))),
    ("NEGLECT NEAR/5 ABUSE", Near(Word("NEGLECT"), Word("ABUSE"), 5)),
    ("NEGLECT | ABUSE", Or((Word("NEGLECT"), Word("ABUSE")))),
    ('"neglect"', phrase("neglect")),
    ('"Gypsy, Roma and Traveller"', phrase("Gypsy Roma and Traveller")),
    ('"this OR that"', phrase("this OR that")),
    ('"C & F (2015)"', phrase("C F 2015")),
    ('"missed appointment*"', Phrase((Word("missed"), Pattern("appointment*")))),
    ('"information sharing"~5', phrase("information sharing", 5)),
    ("self-harm*", Or((Phrase((Word("self"), Pattern("harm*"))), Pattern("selfharm*")))),
    (
        '"of self-harm*"',
        Or((Phrase((Word("of"), Word("self"), Pattern("harm*"))), Phrase((Word("of"), Pattern("selfharm*"))))),
    ),
    ("a AND b", And((a, b))),
    ("a OR b", Or((a, b))),
    ("a | b", Or((a, b))),
    ("a|b||c", Or((a, b, c))),
    ("a b OR c d", And((a, Or((b, c)), d))),
    ("a AND b OR c", And((a, Or((b, c))))),
    ("(a b) OR c", Or((And((a, b)), c))),
    ("((a))", a),
    ("a (b (c d))", And((a, b, c, d))),
    ("a OR (b OR c)", Or((a, b, c))),
    ("a NOT b", And((a, Not(b)))),
    ("a AND NOT b", And((a, Not(b)))),
    ("a -b", And((a, Not(b)))),
    ("a –b", And((a, Not(b)))),
    ('a -"b c"', And((a, Not(phrase("b c"))))),
    ("a -(b c)", And((a, Not(And((b, c)))))),
    ("a OR NOT b", Or((a, Not(b)))),
    ("a OR NOT NOT b", Or((a, b))),
    ("a NEAR b", Near(a, b, 10)),
    ("a NEAR/3 b", Near(a, b, 3)),
    ("a NEAR/0 b", Near(a, b, 0)),
    ('"a b" NEAR/5 (c OR d)', Near(phrase("a b"), Or((c, d)), 5)),
    ("a NEAR/2 b NEAR/3 c", Near(Near(a, b, 2), c, 3)),
    ("a OR b NEAR c", Or((a, Near(b, c)))),
    ("c -a NEAR b", And((c, Not(Near(a, b))))),
    ("board:knowsley", Field("board", "knowsley")),
    ("Board:Knowsley", Field("board", "Knowsley")),
    ('title:"child y"', Field("title", "child y")),
    ("case:2017/C6969", Field("case", "2017/C6969")),
    ("-kind:summary a", And((Not(Field("kind", "summary")), a))),
    ("year:2015", Field("year", "2015")),
    ("year:2015..2020", Field("year", "2015..2020")),
    ("year:2015-2020", Field("year", "2015..2020")),
    ("year:2015..", Field("year", "2015..")),
    ("year:..2015", Field("year", "..2015")),
    ('year:"2015 .. 2020"', Field("year", "2015..2020")),
    ('year:"2015 to 2020"', Field("year", "2015..2020")),
    ("year:2015–2020", Field("year", "2015..2020")),
    ("year:2015-", Field("year", "2015..")),
    ("year:-2015", Field("year", "..2015")),
    ("in:recommendations neglect", In("recommendations", Word("neglect"))),
    ("in:findings (a b)", In("findings", And((a, b)))),
    ("in:findings a NEAR b", In("findings", Near(a, b))),
    ("b -in:findings a", And((b, Not(In("findings", a))))),
    ("in:Finding a", In("findings", a)),
    ('in:"terms of reference" a', In("terms of reference", a)),
    ("in:action-plan a", In("action plan", a)),
    (
        'theme:"Voice of the child"',
        Theme(
            "voice of the child",
            (phrase("voice of the child"), phrase("lived experience"), Near(Word("wishes"), Word("feelings"), 3)),
        ),
    ),
    (
        'theme:"hidden men" NEAR risk',
        Near(
            Theme(
                "hidden men",
                (
                    Pattern("father*"),
                    phrase("mother's partner"),
                    Theme("unseen people", (Word("unseen"), Word("invisible"))),
                ),
            ),
            Word("risk"),
        ),
    ),
    ("and near not", And((Word("and"), Word("near"), Word("not")))),
    ("Recommendation:", Word("Recommendation")),
]


@pytest.mark.parametrize(("text", "tree"), READINGS, ids=[text for text, _ in READINGS])
def test_each_form_is_read_as_documented(text: str, tree: Query) -> None:
    parsed = read(text)
    assert parsed.tree == tree
    assert [warning for warning in parsed.warnings if not warning.startswith("read as: ")] == []


ODDITIES: list[tuple[str, Query, str]] = [
    ("", Nothing(), "the query is empty"),
    ("   ", Nothing(), "the query is empty"),
    ("()", Nothing(), "empty group"),
    ('""', Nothing(), "empty phrase"),
    ("OR", Nothing(), "`OR` had nothing before it"),
    ("neglect )", Word("neglect"), "`)` had no matching `(` and was ignored"),
    ("(neglect", Word("neglect"), "`(` was not closed"),
    ("neglect AND", Word("neglect"), "AND was ignored"),
    ("neglect OR", Word("neglect"), "OR was ignored"),
    ("neglect NEAR/3", Word("neglect"), "NEAR/3 was ignored"),
    ("neglect NOT", Word("neglect"), "`NOT` had nothing after it"),
    ("a AND OR b", Or((a, b)), "`AND` was followed by `OR`"),
    ("NOT () b", b, "`NOT` had nothing after it"),
    ('"voice of the child', phrase("voice of the child"), "quotation mark"),
    ("nosuch:thing", And((Word("nosuch"), Word("thing"))), "title, board, area, child, author, kind, type, year"),
    ("-a:b:c d", And((Not(And((a, b, c))), d)), "not a field"),
    ("in:nosuch a", a, "the sections are body, foreword"),
    ("in:findings a b", And((In("findings", a), b)), "put several words in brackets"),
    ("in:findings", Nothing(), "`in:findings` had nothing after it"),
    ("a in:findings", In("findings", a), "it was applied to the words before it"),
    ("a OR b title:c in:findings", And((Field("title", "c"), In("findings", Or((a, b))))), "before it"),
    ("a -b in:findings", And((Not(b), In("findings", a))), "before it"),
    ("title:c in:findings", Field("title", "c"), "`in:findings` had nothing after it"),
    ("a OR in:findings", a, "`in:findings` had nothing after it"),
    ("title: knowsley", Field("title", "knowsley"), "without the space"),
    ("board=knowsley", Field("board", "knowsley"), "`board=knowsley` was read as `board:knowsley`"),
    ('Board="St Helens"', Field("board", "St Helens"), "with a colon"),
    ("year=2015-2020", Field("year", "2015..2020"), "with a colon"),
    ("in=recommendations a", In("recommendations", a), "with a colon"),
    ("title:", Nothing(), "`title:` was ignored: it needs a word"),
    ("title:(a b)", And((a, b)), "`title:` was ignored: it needs a word"),
    ("title:know*", Field("title", "know"), "whole words"),
    ("year:soon", Nothing(), "is not a valid year"),
    ("year:15", Nothing(), "is not a valid year"),
    ("year:20155", Nothing(), "is not a valid year"),
    ("year:2020..2015", Field("year", "2015..2020"), "the wrong way round"),
    ("year:2015 to 2020 a", And((Field("year", "2015..2020"), a)), "one range"),
    ("year:2015 - 2020", Field("year", "2015..2020"), "one range"),
    ("year: -2020", Field("year", "..2020"), "without the space"),
    ("ne*", Word("ne"), "`*` needs at least three letters"),
    ("*neglect", Word("neglect"), "`*` cannot come first, so `*neglect` was read as `neglect`"),
    ("*neglect*", Pattern("neglect*"), "`*neglect*` was read as `neglect*`"),
    ("**ne*", Word("ne"), "`*ne*` was read as `ne*`"),
    ('"child *neglect"', phrase("child neglect"), "`*neglect` was read as `neglect`"),
    ("n*glect", Word("n"), "`*` needs at least three letters"),
    ("neglect$", Word("neglect"), "write `neglect*`"),
    ("neglect?", Pattern("neglect?"), "does not find `neglect`"),
    ("what is neglect?", And((Word("what"), Word("is"), Word("neglect"))), "was read as punctuation"),
    ("what is wom?n?", And((Word("what"), Word("is"), Pattern("wom?n?"))), "does not find `wom?n`"),
    ("ab~", Word("ab"), "three letters"),
    ("multi-agency~", Word("multi-agency"), "a single word"),
    ("neglcet~7", Fuzzy("neglcet"), "1 or 2"),
    ("=neglect*", Pattern("neglect*"), "`=` was ignored"),
    ('"a b"~', phrase("a b"), "needs a number"),
    ('"a b"~99999999999', phrase("a b", 1000), "1000"),
    ("a NEAR/5000 b", Near(a, b, 1000), "1000"),
    ('"the * child"', phrase("the child"), "`*` on its own"),
    ("a - b", And((a, b)), "`-` has no letters or digits"),
    ("a & b", And((a, b)), "`&` was read as AND"),
    ("a && b", And((a, b)), "`&&` was read as AND"),
    ("a !b", And((a, Not(b))), "`!` was read as NOT"),
    ('a !"b c"', And((a, Not(phrase("b c")))), "`!` was read as NOT"),
    ("a ! b", And((a, b)), "`!` has no letters or digits"),
    ("a or b", And((a, Word("or"), b)), "write OR in capitals"),
    ("a not b", And((a, Word("not"), b)), "write NOT in capitals"),
    ("a Or b", And((a, Word("Or"), b)), "`Or` was read as an ordinary word: to find either, write OR in"),
    ("a oR b", And((a, Word("oR"), b)), "write OR in capitals"),
    ("a And b", And((a, Word("And"), b)), "to find both, write AND in capitals"),
    ("a Not b", And((a, Word("Not"), b)), "write NOT in capitals"),
    ("Not a", And((Word("Not"), a)), "write NOT in capitals"),
    ("a Near b", And((a, Word("Near"), b)), "write NEAR in capitals"),
    ("a and/or b", And((a, Word("and/or"), b)), "write OR in capitals"),
    ("a AND/OR b", Or((a, b)), "`AND/OR` was read as OR"),
    ("a BUT NOT b", And((a, Not(b))), "`BUT NOT` was read as NOT"),
    ("a ANDNOT b", And((a, Not(b))), "`ANDNOT` was read as NOT"),
    ("a AND-NOT (b c)", And((a, Not(And((b, c))))), "`AND-NOT` was read as NOT"),
    ("a but not b", And((a, Word("but"), Word("not"), b)), "write NOT in capitals"),
    ("a near/5 b", Near(a, b, 5), "`near/5` was read as NEAR/5: write NEAR/5, in capitals"),
    ("a Near/5 b", Near(a, b, 5), "`Near/5` was read as NEAR/5"),
    ("a NEAR5 b", Near(a, b, 5), "`NEAR5` was read as NEAR/5"),
    ("a near5 b", Near(a, b, 5), "`near5` was read as NEAR/5"),
    ("a NEAR:5 b", Near(a, b, 5), "`NEAR:5` was read as NEAR/5"),
    ("a NEAR 5 b", Near(a, b, 5), "`NEAR 5` was read as NEAR/5"),
    ("a adj5 b", Near(a, b, 5), "`adj5` was read as NEAR/5"),
    ("a ADJ5 b", Near(a, b, 5), "`ADJ5` was read as NEAR/5"),
    ("a adj/5 b", Near(a, b, 5), "`adj/5` was read as NEAR/5"),
    ("a w/5 b", Near(a, b, 5), "`w/5` was read as NEAR/5"),
    ("a W/5 b", Near(a, b, 5), "`W/5` was read as NEAR/5"),
    ("a n/5 b", Near(a, b, 5), "`n/5` was read as NEAR/5"),
    ("a pre/5 b", Near(a, b, 5), "`pre/5` was read as NEAR/5"),
    ("a /5 b", Near(a, b, 5), "`/5` was read as NEAR/5"),
    ("a within/5 b", Near(a, b, 5), "`within/5` was read as NEAR/5"),
    ("a within5 b", Near(a, b, 5), "`within5` was read as NEAR/5"),
    ("a w/99999 b", Near(a, b, 1000), "1000"),
    (
        "a near 5 b",
        And((a, Word("near"), Word("5"), b)),
        "`near 5` was searched as ordinary words: to find words near each other, write NEAR/5",
    ),
    ("a within 5 b", And((a, Word("within"), Word("5"), b)), "write NEAR/5"),
    ("a within 5 words of b", And(tuple(map(Word, ("a", "within", "5", "words", "of", "b")))), "write NEAR/5"),
    ("a ADJ b", And((a, Word("ADJ"), b)), "`ADJ` was searched as ordinary words: to find words near each other"),
    ("a N5 b", And((a, Word("N5"), b)), "`N5` was searched as ordinary words: to find words near each other"),
    ("a w/s b", And((a, Word("w/s"), b)), "`w/s` was searched as ordinary words: to find words near each other"),
    ("WAS NOT BROUGHT", And((Word("WAS"), Word("not"), Word("BROUGHT"))), "the whole query is in capitals"),
    ("NOT SEEN", And((Word("not"), Word("SEEN"))), "the whole query is in capitals"),
    ("NEGLECT OR ABUSE", And((Word("NEGLECT"), Word("or"), Word("ABUSE"))), "the whole query is in capitals"),
    ("RISK NEAR HOME", And((Word("RISK"), Word("near"), Word("HOME"))), "the whole query is in capitals"),
    (
        "‘voice of the child’",
        phrase("voice of the child"),
        "‘voice of the child’ was read as a phrase: write phrases in double quotation marks",
    ),
    ("'voice of the child'", phrase("voice of the child"), "'voice of the child' was read as a phrase"),
    ("’voice of the child’", phrase("voice of the child"), "read as a phrase"),
    ("‚voice of the child‘", phrase("voice of the child"), "read as a phrase"),
    ("`voice of the child'", phrase("voice of the child"), "read as a phrase"),
    ("''voice of the child''", phrase("voice of the child"), "read as a phrase"),
    ("‘the child’s voice’", phrase("the child’s voice"), "read as a phrase"),
    ("'O'Brien and others'", phrase("O'Brien and others"), "read as a phrase"),
    ("a -'b c'", And((a, Not(phrase("b c")))), "read as a phrase"),
    ("('a b' OR 'c d')", Or((phrase("a b"), phrase("c d"))), "read as a phrase"),
    ("‘a b’~3 c", And((phrase("a b", 3), c)), "read as a phrase"),
    ("title:'child y'", Field("title", "child y"), "read as a phrase"),
    ("parents’ views and ‘a b’.", And((*map(Word, ("parents", "views", "and")), phrase("a b"))), "read as a phrase"),
    ("‘voice of the child", And(tuple(map(Word, ("voice", "of", "the", "child")))), "`‘voice` was not closed"),
    ("'voice of", And((Word("voice"), Word("of"))), "the single quotation mark in `'voice` was not closed"),
    ("-a", Not(a), "every other report matches"),
    ("in:findings -a", In("findings", Not(a)), "every other report matches"),
    ("NOT a -b", And((Not(a), Not(b))), "every other report matches"),
    ("a NEAR (b c)", And((a, b, c)), "read as AND"),
    ("a NEAR title:b", And((a, Field("title", "b"))), "read as AND"),
    ("a b OR c", And((a, Or((b, c)))), "read as: a (b OR c)"),
    ("a NEAR/4 b c", And((Near(a, b, 4), c)), "read as: (a NEAR/4 b) c"),
    ("neg\0lect", Word("neglect"), "invisible"),
    ("\u202eneglect\u200f", Word("neglect"), "invisible"),
    ("neg\ud800lect", Word("neglect"), "invisible"),
    ("theme:nosuch", phrase("nosuch"), "there is no theme"),
    ('theme:"voice of child"', phrase("voice of child"), "voice of the child"),
    ("theme:hollow", Nothing(), "nothing to search for"),
    ("theme:chicken", Theme("chicken", (Word("chick"), Theme("egg", (Word("yolk"),)))), "chicken → egg → chicken"),
]


@pytest.mark.parametrize(("text", "tree", "warning"), ODDITIES, ids=[repr(text) for text, _, _ in ODDITIES])
def test_odd_input_is_read_as_well_as_possible_with_a_note(text: str, tree: Query, warning: str) -> None:
    parsed = read(text)
    assert parsed.tree == tree
    assert warning in " / ".join(parsed.warnings)


def test_a_guess_is_reported_however_many_notes_come_before_it() -> None:
    parsed = read(" ".join("+" * n for n in range(1, 2 * MAX_WARNINGS)) + " a Or b")
    assert len(parsed.diagnostics) <= MAX_WARNINGS + 1
    assert Code.HALF_OPERATOR in [told.code for told in parsed.diagnostics]


def test_without_themes_a_theme_is_searched_as_a_phrase() -> None:
    assert parse("theme:neglect").tree == phrase("neglect")


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a" * (MAX_LENGTH + 1), "10,000 characters"),
        ("a " * 1_000_000, "10,000 characters"),
        (("c|" + "d" * 36 + " ") * 250, "10,000 characters with its brackets written out"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "50 deep"),
        ("(" * 9_000, "50 deep"),
        ("a" + " NEAR b" * (MAX_DEPTH + 1), "50 deep"),
        ("in:findings " * (MAX_DEPTH + 1) + "a", "50 deep"),
        ("a " * (MAX_CLAUSES + 1), "500 words"),
        ("-".join("a" * (MAX_CLAUSES + 1)), "500 words"),
        ('"' + "a " * (MAX_CLAUSES + 1) + '"', "500 words"),
        (" ".join(['theme:"voice of the child"'] * 80), "500 words"),
    ],
    ids=[
        "long",
        "very long",
        "long when written",
        "deep",
        "very deep",
        "near",
        "in",
        "words",
        "compound",
        "phrase",
        "themes",
    ],
)
def test_beyond_a_limit_a_query_is_refused_with_the_limit_and_what_to_do(text: str, limit: str) -> None:
    with pytest.raises(QueryRefused, match=limit) as refused:
        read(text)
    assert refused.value.exit_code == 7
    assert re.search(r"(: |\. )(ask|shorten|remove|split)", str(refused.value), re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "a" * MAX_LENGTH,
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        "a " * MAX_CLAUSES,
        "NOT " * 2_000 + "a",
        "in:findings " * (MAX_DEPTH - 1) + "a",
    ],
)
def test_at_a_limit_a_query_is_answered(text: str) -> None:
    assert not isinstance(read(text).tree, Nothing)


def test_themes_that_name_many_themes_are_bounded() -> None:
    def branching(name: str) -> tuple[str, tuple[str, ...]]:
        return name, tuple(f"theme:{name}{letter}" for letter in "abcdefghij")

    with pytest.raises(QueryRefused, match="500 words"):
        parse("theme:x", branching)

    def chain(name: str) -> tuple[str, tuple[str, ...]]:
        return name, (f"theme:{name}x", "word")

    assert "deep" in " ".join(parse("theme:x", chain).warnings)


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        ")",
        "()",
        '"',
        "a ",
        "a-",
        "*",
        "a*",
        "?a",
        "~",
        "a~",
        "=",
        "-",
        ":",
        "a:",
        "title:",
        "'",
        "a'",
        "|",
        "\0",
        "é",
        "NEAR ",
        "“”",
        "…",
        "1..",
        "\u0301",
        "'a ",
        "‘a",
        "a' ",
        '""a',
        "w/5 ",
        "A OR ",
        "!",
    ],
)
def test_the_time_grows_with_the_length_only(unit: str) -> None:
    parsed = Parsed(Nothing())

    def read_up_to(length: int) -> None:
        nonlocal parsed
        with suppress(QueryRefused):
            parsed = parse((unit * length)[:length])

    half = steps(lambda: read_up_to(MAX_LENGTH // 2))
    assert steps(lambda: read_up_to(MAX_LENGTH)) < 2.5 * half, "twice the length, twice the time"
    assert len(parsed.warnings) <= 21
    assert sum(map(len, parsed.warnings)) < 20_000


# A written query parses back to itself.

_TEXTS = st.from_regex(r"\A[a-zé0-9]{1,8}([-'’./&][a-z0-9]{1,6})?\Z")
_WORDS = st.builds(Word, _TEXTS, st.booleans())
_SLOTS = st.one_of(st.builds(Word, _TEXTS | st.just("OR")), st.just(Pattern("neg?ec*")), st.just(Pattern("wom?n")))
_LEAVES: st.SearchStrategy[Query] = st.one_of(
    _WORDS,
    st.from_regex(r"\A[a-z]{3,6}[*?]\Z|\A[a-z]\?[a-z]{1,3}\*?[a-z]\Z")
    .filter(lambda t: not re.match(r"..?.?\*", t))
    .map(Pattern),
    st.builds(Fuzzy, st.from_regex(r"\A[a-z]{3,9}\Z"), st.sampled_from([1, 2])),
    st.builds(Phrase, st.lists(_SLOTS, min_size=1, max_size=4).map(tuple), st.integers(0, 20)),
    st.just(read('theme:"voice of the child"').tree),
    st.just(read('theme:"hidden men"').tree),
)
_FILTERS: st.SearchStrategy[Query] = st.one_of(
    st.builds(
        Field,
        st.sampled_from([name for name in FIELDS if name != "year"]),
        st.from_regex(r"\A[a-z]{1,5}( [a-z'&]{1,5}x)?\Z"),
    ),
    st.builds(Field, st.just("year"), st.sampled_from(["2015", "2015..2020", "2015..", "..2015"])),
)


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    return kind(tuple(flat))


_POSITIONAL: st.SearchStrategy[Query] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Near, inner, inner, st.integers(0, 1000)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(Or, parts)),
    ),
    max_leaves=5,
)
_TREES: st.SearchStrategy[Query] = st.recursive(
    _POSITIONAL | _FILTERS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: _joined(And, parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(Or, parts)),
        inner.filter(lambda part: not isinstance(part, Not)).map(Not),
        st.builds(In, st.sampled_from(["findings", "terms of reference", "body"]), inner),
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(_TREES)
def test_every_tree_reads_back_from_its_text(tree: Query) -> None:
    assert read(str(tree)).tree == tree


_TYPED = r"""
( ) " "" “ ” ' ’ ‘ '' | || & && ! - – ~ ~1 = * ? : . , & / \ ½ ² ß İ ﬁ é … AND OR NOT NEAR NEAR/3 NEAR/ NEAR/5:x
and or a b neglect Or Not w/5 adj5 NEAR5 5 within BUT ANDNOT AND/OR
NEGLECT ABUSE DNA 'b b' ’s *neglect child's multi-agency neg*ct wo?en self-harm* neglcet~ =DNA -x 4.3.2
title: year: year:2015..2020 year:1..2 in: in:findings in:nosuch theme: theme:egg theme:hollow board:x nosuch:y
"""
_UNTYPED = [" ", "  ", '"a b"~3', 'title:"a b"', "\n", "\u00a0", "\u2028", "\0", "\u200f", "\ud800", "\u0301"]
_BITS = st.sampled_from([*_TYPED.split(), *_UNTYPED])


@settings(max_examples=1500)
@given(
    st.one_of(
        st.lists(_BITS, max_size=25).map("".join), st.lists(_BITS, max_size=25).map(" ".join), st.text(max_size=60)
    )
)
def test_every_text_is_read_and_the_reading_reads_back(text: str) -> None:
    parsed = read(text)
    again = read(str(parsed.tree))
    assert again.tree == parsed.tree
    assert str(again.tree) == str(parsed.tree)
    assert not isinstance(parsed.tree, Nothing) or parsed.warnings


@pytest.mark.parametrize(
    "text",
    [
        "ab~1~",
        "½~1~",
        "0:0:*",
        "NEAR/\u0301neg*ct",
        "+title:x",
        "a:b:c",
        "-OR",
        "OR*",
        "AND:x",
        'x:"b|c (d)"',
        's:"?\\\'~1"',
    ],
)
def test_texts_that_once_did_not_read_back(text: str) -> None:
    tree = read(text).tree
    assert read(str(tree)).tree == tree


@pytest.mark.parametrize(
    "tree",
    [
        Or((Word("NEGLECT"), Word("ABUSE"))),
        Or((Word("DNA"), Word("WNB"))),
        Not(Word("BROUGHT")),
        Or((Word("NEGLECT"), Not(Word("ABUSE")))),
        Near(Word("NEGLECT"), Word("ABUSE")),
        And((a, Word("w/5"), b)),
        Or((a, Word("adj5"), b)),
        And((a, Not(Word("near5")))),
        Near(a, Word("n/5"), 3),
        In("findings", Word("p/5")),
    ],
)
def test_words_that_could_be_taken_for_operators_read_back_as_words(tree: Query) -> None:
    assert read(str(tree)).tree == tree


@pytest.mark.parametrize(
    "tree", [And((a, b, Pattern("wher?"))), Or((a, b, Pattern("wher?"))), And((a, Not(b), Pattern("wom?n?")))]
)
def test_a_pattern_at_the_end_does_not_read_back_as_a_question(tree: Query) -> None:
    assert read(str(tree)).tree == tree


def test_a_large_query_reads_back_too() -> None:
    tree = read(" ".join("a|b NEAR c" for _ in range(120))).tree
    assert read(str(tree)).tree == tree


# The page that people read.

PAGE = Path(__file__).parents[3] / "docs" / "query-language.md"


def examples(odd: bool) -> Iterator[str]:
    """Yield the first cell of each row of the page's tables: those under the heading on odd input, or the others."""
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line
        cell = re.match(r"\| (`` ?.+? ?``|`.+?`)(?: · `.*)? \|", line)
        if cell and ("Unusual input" in heading) == odd and "Limits" not in heading:
            yield from (
                found.strip()
                for found in re.findall(r"`` ?(.+?) ?``|`([^`]+)`", line.split(" | ")[0])
                for found in found
                if found
            )


def test_every_example_of_the_page_is_read_without_warnings() -> None:
    texts = list(examples(odd=False))
    assert len(texts) > 30
    themes = {"voice of the child": ('"voice of the child"',), "professional curiosity": ("curiosity",)}
    for text in texts:
        parsed = parse(text.replace("\\|", "|"), lambda name: (name, themes[name]) if name in themes else None)
        assert not isinstance(parsed.tree, Nothing), text
        assert parsed.warnings == (), text


def test_every_odd_example_of_the_page_is_explained() -> None:
    texts = list(examples(odd=True))
    assert len(texts) > 8
    for text in texts:
        assert parse(text).warnings, text
