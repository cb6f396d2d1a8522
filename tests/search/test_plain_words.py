"""Words typed without operators and quotation marks are understood as a person means them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.model import SectionKind
from index.query import Phrase, Plain, Word
from reviews.library import Library
from search.diagnostics import Code
from search.filters import Filters
from search.parsing.parser import parse
from search.parsing.plain_words import as_meant
from search.results import Hit, Results
from tests.search.plain_reports import FILLER, library_of

REPORTS = {
    "Apart": [
        "Staff missed a chance. They missed it again, missed it a third time, and missed it once more.",
        FILLER,
        "Permanent appointments are declining. Permanent appointments, new appointments, all appointments.",
    ],
    "Wide": [
        "Appointments with the nurse were kept at first. Later, in that long and cold winter, one of them was missed.",
    ],
    "Side by side": [
        "Missed, missed, missed, missed: nobody said of what, and missed again by everybody who came to the house.",
        FILLER,
        "The review found missed appointments at the clinic.",
    ],
    "The Voice of Nobody": ["Of the many that were there, the sum of the parts is of interest to the board."],
    "Wren": ["The voice of the child was heard. The child has a voice, and the child used it."],
    "Alone": ["Why was this? The child was not seen alone.", "It was not the case, and it was not what was said."],
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(tmp_path_factory.mktemp("plain"), REPORTS) as opened:
        yield opened


def titles(results: Results) -> list[str]:
    return [hit.report.title for hit in results]


def marked(hit: Hit) -> list[str]:
    return [passage.text[a:b].lower() for passage in hit.passages for a, b in passage.highlights]


def mentioned(hit: Hit) -> list[str]:
    return [passage.text[a:b] for passage in hit.passages for a, b in passage.mentions]


# Function words


def test_function_words_are_neither_required_nor_counted_nor_marked_and_a_note_names_them(library: Library) -> None:
    results = library.search("why was the child not seen alone", per_report=None)
    assert titles(results) == ["Alone"]
    (hit,) = results
    assert set(marked(hit)) == {"child", "seen", "alone"}
    assert mentioned(hit) == ["child was not seen alone"]
    assert any("why, was, the, not" in warning for warning in results.warnings)
    assert "function_words" in results.to_dict()["query"]["warning_codes"]


@pytest.mark.parametrize(
    ("typed", "codes", "hint"),
    [
        ("why was the child not seen alone", [Code.FUNCTION_WORDS], "; to exclude a word, write NOT in capitals"),
        ("neglect or abuse", [Code.FUNCTION_WORDS], "; to find either, write OR in capitals"),
        ("the neglect and abuse", [Code.FUNCTION_WORDS], "to keep them"),
        ("neglect Not abuse", [Code.HALF_OPERATOR, Code.FUNCTION_WORDS], "to keep them"),
    ],
)
def test_one_note_says_what_was_left_out_and_how_to_write_the_operator(
    typed: str, codes: list[Code], hint: str
) -> None:
    notes = as_meant(parse(typed)).diagnostics
    assert [note.code for note in notes] == codes
    assert str(notes[-1]).endswith(hint)


def test_a_function_word_in_a_title_gives_nothing(library: Library) -> None:
    assert titles(library.search("voice of the child"))[0] == "Wren"
    of = library.search("of", explain=True).hits[0]
    assert not any(reason.in_title for reason in of.explanation or ())


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("voice of the child", Plain((Word("voice"), Word("child")))),
        ("the child", Word("child")),
        ("what to do", Phrase((Word("what"), Word("to"), Word("do")))),
        ("not", Word("not")),
        ("What did Child A say", Plain((Word("Child"), Word("A"), Word("say")))),
        ("A child said", Plain((Word("child"), Word("said")))),
        ("IT systems of schools", Plain((Word("IT"), Word("systems"), Word("schools")))),
        ("THE CHILD SEEN", Plain((Word("CHILD"), Word("SEEN")))),
        ("step down", Plain((Word("step"), Word("down")))),
        ("STEP DOWN", Plain((Word("STEP"), Word("DOWN")))),
        ("was not followed up", Plain((Word("followed"), Word("up")))),
        ("down the step", Word("step")),
        ("step down of the plan", Plain((Word("step"), Word("plan")))),
        ("=the child", Plain((Word("the", exact=True), Word("child")))),
        ("A and E attendance", Plain((Word("A&E"), Word("attendance")))),
        ("visits to a and e", Plain((Word("visits"), Word("A&E")))),
        ("b and b", Word("B&B")),
        ("Child A and B", Plain((Word("Child"), Word("A"), Word("B")))),
        ("=A and E", Plain((Word("A", exact=True), Word("E")))),
    ],
)
def test_plain_words_are_read_without_their_function_words_and_read_back_the_same(typed: str, tree: object) -> None:
    read = as_meant(parse(typed)).tree
    assert read == tree
    assert as_meant(parse(str(read))).tree == tree


@pytest.mark.parametrize(
    "typed",
    [
        '"voice of the child"',
        "voice AND the",
        "voice -of",
        "the OR of",
        "the voice*",
        "(the voice)",
        "in:summary the of",
    ],
)
def test_with_an_operator_or_quotation_marks_every_word_counts(typed: str) -> None:
    parsed = parse(typed)
    assert as_meant(parsed) == parsed


def test_words_with_and_between_are_not_plain_words_when_they_are_read_back() -> None:
    both = parse("voice AND child").tree
    assert str(both) == "voice AND child"
    assert as_meant(parse(str(both))).tree == both


# As typed


TYPED = {
    "Often": [
        "Brought here, brought there: toys were brought, food was brought, and a cot was brought as well.",
        "The rule: optimism. An optimism rule, and a rule for optimism, optimism as a rule.",
    ],
    "Once": [
        "Brought, brought, brought: all that was brought was brought by an aunt, who had brought it before.",
        FILLER,
        "Robin was not brought to the clinic.",
        FILLER,
        "Optimism, rule, optimism, rule, optimism.",
        FILLER,
        "They spoke of the rule of optimism at the end.",
    ],
    "Neither": [FILLER],
}


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(tmp_path_factory.mktemp("typed"), TYPED) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("was not brought", "Robin was not brought to the clinic."),
        ("Was Not Brought", "Robin was not brought to the clinic."),
        ("rule of optimism", "They spoke of the rule of optimism at the end."),
    ],
)
def test_the_exact_wording_comes_first_in_order_and_passages(typed: Library, query: str, first: str) -> None:
    results = typed.search(query)
    assert titles(results) == ["Once", "Often"]
    assert results.hits[0].passages[0].text == first
    listed = typed.search(query, view="passages").passages or ()
    assert listed[0].passage.text == first
    in_findings = typed.search(query, Filters(sections=("findings",)))
    assert in_findings.total == 0


def test_what_was_typed_changes_nothing_that_is_counted_or_marked(typed: Library) -> None:
    for query, kept in (("was not brought", "brought"), ("rule of optimism", "rule optimism")):
        whole, words = (typed.search(text, per_report=None, limit=None) for text in (query, kept))
        assert (whole.parsed, whole.total, whole.together, whole.apart) == (
            *(words.parsed, words.total, words.together, words.apart),
        )
        mentions, without = (
            {hit.report.title: (hit.mentions, marked(hit)) for hit in found} for found in (whole, words)
        )
        assert mentions == without


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("children under 18", ["children", "under", "18"]),
        ("under fives", ["under", "fives"]),
        ("the over 16s and those below 1", ["over", "16s", "below", "1"]),
        ("UNDER 16", ["UNDER", "16"]),
        ("UNDER FIVES AND OVER", ["UNDER", "FIVES"]),
        ("under age", ["age"]),
        ("18 or under", ["18"]),
        ("after 18 months", ["18", "months"]),
        ("over to over five visits", ["over", "five", "visits"]),
    ],
)
def test_a_limit_of_a_number_is_searched_too(typed: str, kept: list[str]) -> None:
    read = as_meant(parse(typed)).tree
    words = read.parts if isinstance(read, Plain) else (read,)
    assert [word.text for word in words if isinstance(word, Word)] == kept


def test_the_exact_limit_comes_first_and_a_limit_alone_is_no_way_on(tmp_path: Path) -> None:
    reports = {
        "apart": ["Five girls were under the care of the board, five of them under a plan. Five, under a plan, five."],
        "near": ["A plan for one under five of age."],
        "far": ["Under the plan of the board, a girl was seen by five or more workers."],
    }
    with library_of(tmp_path, reports) as library:
        assert titles(library.search("under five"))[0] == "near"
        found = library.search("under 6s")
        assert (found.total, found.offers, found.most) == (0, (), None)
    with library_of(tmp_path / "more", {"age": ["Those under 6 are seen first."]}) as library:
        assert [(offer.kind, offer.query, offer.reports) for offer in library.search("under 6s").offers] == [
            ("spelling", "under 6", 1)
        ]


def test_a_particle_after_the_only_other_word_is_searched_too(tmp_path: Path) -> None:
    reports = {
        "Steps": ["One step after the other, step by step, with a first step.", "Down by the river."],
        "Step down": ["The plan was a step down from care."],
    }
    with library_of(tmp_path, reports) as library:
        results = library.search("step down")
        assert titles(results) == ["Step down", "Steps"]
        assert (results.together, results.apart) == (1, 1)


def test_a_long_paragraph_is_cut_around_what_was_typed(tmp_path: Path) -> None:
    apart = [FILLER] * 12
    long = [*["Toys were brought, and brought again."] * 12, *apart, "Robin was not brought.", *apart]
    with library_of(tmp_path, {"Finch": [" ".join(long)]}) as library:
        (hit,) = library.search("was not brought")
        assert "Robin was not brought." in hit.passages[0].text


# Together


def test_where_no_report_has_the_words_together_the_split_says_none(tmp_path: Path) -> None:
    reports = {"One": ["The appointments were kept.", FILLER, "A day was missed."]}
    with library_of(tmp_path, reports) as library:
        results = library.search("missed appointments")
        assert (results.together, results.apart) == (0, 1)
        assert results.split == "none has the words in one paragraph"
        assert library.search("kept missed").split == "none has the words in one paragraph"
        assert library.search("appointments kept").split == "it has the words in one paragraph"


def test_reports_that_have_the_words_together_come_first_starting_with_the_closest_words(library: Library) -> None:
    results = library.search("missed appointments")
    assert titles(results) == ["Side by side", "Wide", "Apart"]
    assert (results.total, results.together, results.apart) == (3, 2, 1)
    assert results.split == "2 have the words in one paragraph, 1 further apart"
    assert [hit.together for hit in results] == [True, True, False]


def test_the_first_passage_has_both_words_and_not_four_times_the_same(library: Library) -> None:
    first, wide, apart = library.search("missed appointments")
    assert first.passages[0].text == "The review found missed appointments at the clinic."
    assert mentioned(first) == ["missed appointments"]
    assert {"missed", "appointments"} <= set(marked(wide))
    assert apart.mentions == 0
    assert {"missed", "appointments"} <= set(marked(apart))


def test_beside_a_passage_with_several_words_none_only_repeats_one_of_them(library: Library) -> None:
    (hit,) = [hit for hit in library.search("missed appointments") if hit.report.title == "Side by side"]
    assert [passage.text for passage in hit.passages] == [REPORTS["Side by side"][2]]


def test_a_word_that_no_other_passage_has_is_shown_by_itself(library: Library) -> None:
    (hit,) = [hit for hit in library.search("missed appointments everybody") if hit.report.title == "Side by side"]
    assert {passage.ordinal for passage in hit.passages} == {0, 2}


def test_a_mention_of_several_words_is_a_place_where_they_occur_together(library: Library) -> None:
    (wren,) = [hit for hit in library.search("voice of the child", per_report=None) if hit.report.title == "Wren"]
    assert mentioned(wren) == ["voice of the child", "child has a voice", "voice, and the child"]
    assert wren.mentions == 3


def test_a_search_can_be_limited_to_reports_with_the_words_together(library: Library) -> None:
    results = library.search("missed appointments", together=True)
    assert titles(results) == ["Side by side", "Wide"]
    assert (results.total, results.together, results.apart) == (2, 2, 1)
    assert sum(value.count for value in results.facets["year"]) == 2
    assert results.split == "all have the words in one paragraph; 1 more has them further apart"


def test_together_is_ignored_with_a_note_where_words_are_not_plain(library: Library) -> None:
    results = library.search("missed AND appointments", together=True)
    assert results.total == 3
    assert "together_ignored" in results.to_dict()["query"]["warning_codes"]
    nowhere = library.search("permanent chance", together=True)
    assert (nowhere.total, nowhere.apart) == (0, 1)
    assert "never_beside" in nowhere.to_dict()["query"]["warning_codes"]


def test_words_must_occur_together_in_the_requested_sections(tmp_path: Path) -> None:
    with library_of(tmp_path, {"Finch": ["Missed appointments."]}, SectionKind.FINDINGS) as library:
        assert library.search("missed appointments", Filters(sections=("findings",))).together == 1
        assert library.search("missed appointments", Filters(sections=("summary",))).total == 0


def test_a_long_paragraph_is_cut_where_the_words_are_nearest(tmp_path: Path) -> None:
    long = [*[f"{FILLER} Appointments were kept."] * 12, "Missed appointments were the sign.", *[FILLER] * 12]
    with library_of(tmp_path, {"Finch": [" ".join(long)]}) as library:
        (hit,) = library.search("missed appointments")
        assert "Missed appointments were the sign." in hit.passages[0].text
        assert mentioned(hit)


def test_the_reasons_for_a_position_add_up_to_the_score(library: Library) -> None:
    for query in ("missed appointments", "child not seen alone", "voice of the child", "was this"):
        for hit in library.search(query, explain=True):
            assert sum(reason.points for reason in hit.explanation or ()) == pytest.approx(hit.score)


# The first report


NAMED = {
    "Overview": [
        "Courses include neglect, gang violence, gang culture, alcohol, drugs, and gang violence online, with more.",
        FILLER,
        "The gang violence lead left. Gang violence is in the list of courses, such as gang violence, or neglect.",
    ],
    "Study": [FILLER, "Robin was afraid because gang violence had spread to the streets around the school."],
    "Neither": [FILLER],
}


def test_the_report_with_a_sentence_about_it_is_before_one_that_names_it_in_a_list(tmp_path: Path) -> None:
    overview = {"Overview": NAMED["Overview"][:1] * 3, **{title: NAMED[title] for title in ("Study", "Neither")}}
    with library_of(tmp_path, overview) as library:
        results = library.search("gang violence")
        assert titles(results) == ["Study", "Overview"]
        assert results.hits[1].score > results.hits[0].score
        assert titles(library.search("gang violence", limit=1, offset=1)) == ["Overview"]
        assert titles(library.search("gang violence", limit=None)) == ["Study", "Overview"]


def test_within_a_report_the_sentence_is_before_the_list(tmp_path: Path) -> None:
    with library_of(tmp_path, {"Overview": [*NAMED["Overview"], *NAMED["Study"]]}) as library:
        (hit,) = library.search("gang violence", per_report=1)
        assert hit.passages[0].text == NAMED["Study"][1]


LONG = f"{FILLER} {FILLER}"


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ("A table of gang violence in the county is on the last page.", f"{LONG} Gang violence was feared."),
        (f"{LONG} One page names a gang. Violence is on the next.", f"{LONG} He feared a gang who used violence."),
        (
            f"{LONG} Gang violence was feared.",
            f"{LONG} A gang used violence. A gang knew violence. A gang taught violence.",
        ),
    ],
    ids=["short", "in two sentences", "named once"],
)
def test_a_paragraph_on_the_subject_is_before_one_that_only_mentions_it(
    tmp_path: Path, worse: str, better: str
) -> None:
    with library_of(tmp_path / "two", {"Worse": [worse], "Better": [better], "Neither": [FILLER]}) as library:
        assert titles(library.search("gang violence")) == ["Better", "Worse"]
    with library_of(tmp_path / "one", {"One": [worse, FILLER, better]}) as library:
        (hit,) = library.search("gang violence", per_report=1)
        assert hit.passages[0].text == better


def test_a_report_that_has_the_words_apart_is_never_before_one_that_has_them_together(tmp_path: Path) -> None:
    apart = ["A gang met there, and the gang came back.", FILLER, "The violence was known, and violence was feared."]
    with library_of(tmp_path, {"Apart": apart, "Overview": NAMED["Overview"][:1], "Neither": [FILLER]}) as library:
        assert titles(library.search("gang violence")) == ["Overview", "Apart"]


# Most of the words


MANY = {
    "All": ["A baby with a bruise and a fracture was seen by the midwife."],
    "Three": ["The baby had a bruise and a fracture."],
    "Two": ["The baby had a bruise.", FILLER],
    "One": ["The baby slept.", FILLER],
    "None": [FILLER],
}


def test_reports_with_most_of_the_words_are_a_second_list_that_says_what_each_lacks(tmp_path: Path) -> None:
    with library_of(tmp_path, MANY) as library:
        results = library.search("baby bruise fracture midwife", most=True)
        assert titles(results) == ["All"]
        assert results.total == 1
        assert [(hit.report.title, hit.lacks) for hit in results.most or ()] == [
            ("Three", ("midwife",)),
            ("Two", ("fracture", "midwife")),
        ]
        assert [hit["lacks"] for hit in results.to_dict()["most"]] == [["midwife"], ["fracture", "midwife"]]


def test_the_second_list_opens_by_itself_only_where_no_report_has_all(tmp_path: Path) -> None:
    with library_of(tmp_path, MANY) as library:
        assert library.search("baby bruise fracture").most is None
        opened = library.search("baby bruise zebra")
        assert opened.total == 0
        assert {(hit.report.title, hit.lacks) for hit in opened.most or ()} == {
            (title, ("zebra",)) for title in ("All", "Three", "Two")
        }
        assert library.search("baby bruise zebra", most=False).most is None


@pytest.mark.parametrize(
    "query", ["baby", "baby bruise", '"baby bruise zebra"', "baby bruise OR zebra", "in:summary baby zebra"]
)
def test_there_is_no_second_list_for_one_word_phrases_operators_or_sections(tmp_path: Path, query: str) -> None:
    with library_of(tmp_path, MANY) as library:
        assert library.search(query, most=True).most is None


HIDDEN = {
    "Both, apart": ["The men of the family were known.", FILLER, "The key was hidden."],
    "Hidden": ["A hidden harm, and a hidden child."],
    "Men": ["Men, young men and other men in the household."],
    "Neither": [FILLER],
}


def test_the_second_list_opens_for_two_words_that_no_report_has_together(tmp_path: Path) -> None:
    with library_of(tmp_path, HIDDEN) as library:
        results = library.search("hidden men")
        assert (titles(results), results.total, results.together, results.apart) == (["Both, apart"], 1, 0, 1)
        assert {(hit.report.title, hit.lacks) for hit in results.most or ()} == {
            ("Hidden", ("men",)),
            ("Men", ("hidden",)),
        }
        assert library.search("hidden men", most=False).most is None
        assert library.search("household men", most=True).most is None


def test_a_filter_may_part_two_words_that_are_together_elsewhere(tmp_path: Path) -> None:
    with library_of(tmp_path, {**HIDDEN, "Together": ["The hidden men were not asked."]}) as library:
        assert library.search("hidden men").most is None
        assert library.search("hidden men", Filters(sections=("findings",))).most == ()


def test_each_of_two_words_that_are_in_no_report_both_is_offered_with_its_count(tmp_path: Path) -> None:
    with library_of(tmp_path, {title: HIDDEN[title] for title in ("Hidden", "Men")}) as library:
        results = library.search("hidden men")
        assert [(offer.query, offer.reports) for offer in results.offers] == [("hidden", 1), ("men", 1)]
        assert len(results.most or ()) == 2


# The best passages


def test_the_best_passages_of_all_reports_are_two_of_one_report_before_others_had_theirs(tmp_path: Path) -> None:
    both = "The review found missed appointments at the clinic."
    reports = {
        "Many": [f"{FILLER} {both} Case {word}." for word in ("one", "two", "three", "four")],
        "Few": [f"{FILLER} Appointments at the clinic were, as the nurse wrote in the notes, often missed."],
    }
    with library_of(tmp_path, reports) as library:
        results = library.search("missed appointments", view="passages")
        assert not results.hits
        assert [each.report.title for each in results.passages or ()] == ["Many", "Many", "Few", "Many", "Many"]
        page = [library.search("missed appointments", view="passages", limit=2, offset=at) for at in (0, 2, 4)]
        assert [each.to_dict() for part in page for each in part.passages or ()] == [
            each.to_dict() for each in results.passages or ()
        ]
        assert [part.more_passages for part in page] == [True, True, False]
        assert [row["report"] for row in results.rows()] == [each.report.id for each in results.passages or ()]


def test_the_same_paragraph_in_two_reports_is_listed_once_with_the_other_place(tmp_path: Path) -> None:
    reports = {
        "Overview": ["Missed appointments were a sign.", FILLER],
        "Summary": [FILLER, "MISSED appointments were a sign"],
    }
    with library_of(tmp_path, reports) as library:
        (only,) = library.search("missed appointments", view="passages").passages or ()
        assert {only.report.title, *(place.report.title for place in only.also_in)} == {"Overview", "Summary"}
        assert only.to_dict()["also_in"][0]["ordinal"] in (0, 1)


def test_a_word_of_two_letters_with_an_ampersand_finds_them_with_and_too(tmp_path: Path) -> None:
    reports = {
        "Sign": ["A nurse in A&E wrote to the school."],
        "Word": ["A nurse in A and E wrote to the school."],
        "Spaced": ["A nurse in A & E wrote to the school."],
        "Not": ["The nurse had an E in sums and an A in spelling."],
    }
    with library_of(tmp_path, reports) as library:
        for typed in ("A and E nurse", "A&E nurse", "A & E nurse"):
            assert sorted(titles(library.search(typed))) == ["Sign", "Spaced", "Word"], typed
