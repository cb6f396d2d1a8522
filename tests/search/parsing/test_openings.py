"""How a request begins, and what is left of it."""

import pytest

from index.query import Phrase, Plain, Query, Word
from search.diagnostics import Code
from search.parsing.openings import OPENINGS, REVIEWS, opening
from search.parsing.parser import parse
from search.parsing.plain_words import as_meant


def plain(words: str) -> Plain:
    return Plain(tuple(map(Word, words.split())))


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("What did the review say about Wren", Word("Wren")),
        ("what did these serious case reviews tell us about absent fathers", plain("absent fathers")),
        ("lessons about absent fathers", plain("absent fathers")),
        ("Please can you tell me more about the clinic", Word("clinic")),
        ("key learning about absent fathers", plain("absent fathers")),
        ("examples of good practice in supervision", plain("good practice supervision")),
        ("what evidence is there that early help works", plain("early help works")),
        ("is there any evidence that early help works", plain("early help works")),
        ("find reports where a baby was hurt", plain("baby hurt")),
        ("what happens when a child moves away", plain("child moves away")),
        ("how many children moved", plain("children moved")),
        ("how can professionals listen", plain("professionals listen")),
        ("tell me about lessons learned from the review of the clinic", plain("review clinic")),
        ("TELL ME ABOUT WREN", Word("WREN")),
    ],
)
def test_the_words_that_only_ask_are_left_out(typed: str, left: Query) -> None:
    read = as_meant(parse(typed))
    assert read.tree == left
    assert Code.OPENING in [note.code for note in read.diagnostics]
    assert as_meant(parse(str(read.tree))).tree == left


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("lessons learned", plain("lessons learned")),
        ("swimming lessons about water", plain("swimming lessons water")),
        ("reports of abuse", plain("reports abuse")),
        ("evidence of neglect", plain("evidence neglect")),
        ("learning from audits", plain("learning audits")),
        ("learning about consent", plain("learning consent")),
        ("what information was shared", plain("information shared")),
        ("find a home", plain("find home")),
        ("what did Child A say", plain("Child A say")),
        ("the will of the child", plain("will child")),
        ("good examples", plain("good examples")),
        ("=lessons about fathers", Plain((Word("lessons", exact=True), Word("fathers")))),
        ("tell me about", Word("tell")),
        ("examples of what", Word("examples")),
        ("what to do", Phrase(tuple(map(Word, ("what", "to", "do"))))),
    ],
)
def test_words_that_can_be_the_subject_are_kept(typed: str, left: Query) -> None:
    read = as_meant(parse(typed))
    assert read.tree == left
    assert Code.OPENING not in [note.code for note in read.diagnostics]


@pytest.mark.parametrize("typed", ['"lessons about fathers"', "lessons AND fathers", "lessons about father*"])
def test_with_any_sign_of_the_query_language_every_word_counts(typed: str) -> None:
    assert as_meant(parse(typed)) == parse(typed)


def test_a_note_says_what_was_left_out_and_another_names_the_very_common_words() -> None:
    asking, common = as_meant(parse("Tell me about the clinic")).diagnostics
    assert "only begin a question: Tell me about;" in str(asking)
    assert "too common: the;" in str(common)


def test_exact_wording_first_is_about_what_is_left() -> None:
    assert as_meant(parse("lessons about the rule of optimism")).verbatim == Phrase(
        tuple(map(Word, ("the", "rule", "of", "optimism")))
    )


def test_the_longest_beginning_counts_and_several_may_follow_one_another() -> None:
    assert opening(["tell", "us", "more", "about", "it"]) == 4
    assert opening(["please", "tell", "us", "more", "about", "cases", "where", "it"]) == 7
    assert opening([]) == opening(["the"]) == opening(["tell"]) == 0


def test_every_beginning_in_the_list_is_found() -> None:
    for line in filter(None, OPENINGS.splitlines()):
        slots = line.replace("REVIEW", REVIEWS).split()
        shortest = [slot.split("|")[0] for slot in slots if not slot.startswith("[")]
        longest = [slot.strip("[]").split("|")[-1] for slot in slots]
        assert opening(shortest) >= len(shortest), line
        assert opening(longest) >= len(longest), line
