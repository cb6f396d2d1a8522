"""Each repair of text: what it repairs, and what it must leave alone."""

import pytest

from ingest.structure import normalise


@pytest.mark.parametrize(
    ("printed", "repaired"),
    [
        ("ﬁndings of the eﬀective oﬃcer", "findings of the effective officer"),
        ("the child’s “voice”", "the child’s “voice”"),
        ("2018\u00ad19", "2018-19"),
        ("non\u2011accidental", "non-accidental"),
        ("wide\u00a0space\u2003and\ttab", "wide space and tab"),
        ("\uf0b7 first point", "• first point"),
        ("\uf06e\uf020 first point", "• first point"),
        ("a \uf0e0 b", "a b"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("\u202ereversed\u202c", "reversed"),
        ("broken \ud800 half", "broken \ufffd half"),
        ("SSEERRIIOOUUSS CCAASSEE 0044 NNOOVV", "SERIOUS CASE 04 NOV"),
        ("1 | P a g e", "1 | Page"),
        ("guidance¹ says ½ … ™", "guidance¹ says ½ … ™"),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "Full width"),
        ("cafe\u0301 nai\u0308ve Sia\u0302n", "café naïve Siân"),
        ("part\u200cner\u200dship", "partnership"),
    ],
)
def test_a_line_is_repaired(printed: str, repaired: str) -> None:
    assert normalise.repair(printed) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "a committee of bookkeepers",  # doubled letters inside ordinary words
        "11 22 33",  # too short to be certain
        "Children A, B, C, D and E",
        "A B C D",  # initials
        "1 2 3 4 5",
        "grade 5 – 9",
        "résumé naïve",
        "می\u200cخواهم",  # between letters that are not Latin, a joiner is part of the word
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert normalise.repair(text) == text


@pytest.mark.parametrize("text", ["ﬁ\u00ad\uf0b7 x", "SSEERRIIOOUUSS CCAASSEE", "P a g e", "  a   b "])
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    assert normalise.repair(normalise.repair(text)) == normalise.repair(text)


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("the safe", "guarding partners", "the safeguarding partners"),  # written so elsewhere
        ("a multi", "agency plan", "a multi-agency plan"),  # written so elsewhere
        ("a neigh", "bour said", "a neighbour said"),  # neither half is a word
        ("a child", "focused plan", "a child-focused plan"),  # both halves are words
        ("a co", "sleeping risk", "a co-sleeping risk"),  # a known prefix and a word
        ("Ms Avon", "Smith said", "Ms Avon-Smith said"),  # a name
        ("aged 16", "17 years", "aged 16-17 years"),  # numbers
        ("over-opti", "mistic views", "over-optimistic views"),
        ("homeless 16", "and 17-year-olds", "homeless 16- and 17-year-olds"),  # the word continues after "and"
        ("pre", "or post-natal care", "pre- or post-natal care"),
        ("a seven-days-was", "week response", "a seven-days-was-week response"),  # the part before the hyphen is a word
    ],
)
def test_a_hyphenated_word_is_joined_as_the_document_writes_it(above: str, below: str, joined: str) -> None:
    words, hyphenated = normalise.vocabulary(
        ["Safeguarding is multi-agency work.", "The child was focused on sleeping, and over-optimistic views", "Smith"]
    )
    assert normalise.join(above, below, True, words, hyphenated) == joined


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("signs of self", "harm on both arms", "signs of self-harm on both arms"),
        ("it was self", "ish of her", "it was selfish of her"),
        ("a non", "resident father", "a non-resident father"),
        ("this was non", "sense", "this was nonsense"),
        ("a co", "ordinated plan", "a co-ordinated plan"),
        ("an up-to", "date plan", "an up-to-date plan"),
        ("in inter", "agency work", "in inter-agency work"),
        ("an inter", "view with him", "an interview with him"),
        ("a re", "referral", "a re-referral"),
        ("he was pre", "sent there", "he was present there"),
        ("write to office@avonshire", "scp.example soon", "write to office@avonshire-scp.example soon"),
    ],
)
def test_words_that_always_have_a_hyphen_need_no_other_place_that_shows_it(above: str, below: str, joined: str) -> None:
    assert normalise.join(above, below, True, (), ()) == joined


def test_a_hyphen_is_the_authors_in_a_document_that_breaks_no_words() -> None:
    words, hyphenated = {"safeguarding", "neighbour"}, {"multi-agency", "early-help"}
    theirs = [("a multi", "agency plan"), ("an early", "help plan")]
    others = [("a life", "story"), ("a goal", "plan"), ("awareness", "raising")]
    broken = [("the safe", "guarding lead"), ("the neigh", "bour"), ("safeguard", "ing lead")]
    assert not normalise.is_typeset(theirs + others, words, hyphenated)
    assert not normalise.is_typeset(theirs * 3 + broken[:1], words, hyphenated)
    assert normalise.is_typeset(others + broken, words, hyphenated)
    assert normalise.is_typeset(others, words, hyphenated)  # too few to tell
    assert normalise.join("a life", "story of him", True, words, hyphenated, typeset=False) == "a life-story of him"
    assert normalise.join("the safe", "guarding lead", True, words, hyphenated, typeset=False).startswith("the safeg")


def test_lines_without_a_hyphen_are_joined_by_one_space() -> None:
    assert normalise.join("the child was", "not seen", False, (), ()) == "the child was not seen"


@pytest.mark.parametrize(
    ("above", "below", "hyphen", "joined"),
    [
        ("see https://www.avonshire.example/children/", "rowan/report.pdf and", False, "children/rowan/report.pdf and"),
        ("see www.avonshire.example/reports/", "Child_Rowan.pdf", False, "reports/Child_Rowan.pdf"),
        ("see www.avonshire.example/child", "rowan.pdf", True, "example/child-rowan.pdf"),
        ("see https://www.avonshire.example/", "Telephone: 999", False, "example/ Telephone: 999"),
        ("see https://www.avonshire.example/reports/", "and the library", False, "reports/ and the library"),
    ],
)  # fmt: skip
def test_the_address_of_a_web_page_is_joined_without_a_space(above: str, below: str, hyphen: bool, joined: str) -> None:
    assert normalise.join(above, below, hyphen, (), ()).endswith(joined)


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("the nurse and/", "or the doctor", "the nurse and/or the doctor"),
        ("seen by the (mother/", "father) then", "seen by the (mother/father) then"),
        ("in 2018/", "nineteen days later", "in 2018/ nineteen days later"),
        ("see https://www.avonshire.example/reports/", "and the library", "example/reports/ and the library"),
        ("the nurse /", "the doctor", "the nurse / the doctor"),
        ("police/", "Ofsted", "police/ Ofsted"),
    ],
)
def test_alternatives_that_are_broken_at_a_slash_are_joined_without_a_space(
    above: str, below: str, joined: str
) -> None:
    assert normalise.join(above, below, False, (), ()).endswith(joined)


def test_a_hyphen_before_something_that_is_not_a_word_stays() -> None:
    assert normalise.join("see pages 4", "(below)", True, (), ()) == "see pages 4-(below)"


@pytest.mark.parametrize(
    ("line", "broken"),
    [("its multi-", True), ("from 2018-", True), ("it was -", False), ("- 12 -", False), ("a", False)],
)
def test_a_line_ends_in_a_hyphen_only_where_a_word_is_broken(line: str, broken: bool) -> None:
    assert normalise.ends_in_hyphen(line) is broken
