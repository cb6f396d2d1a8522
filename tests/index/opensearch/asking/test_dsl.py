"""The exact requests that are sent to the cluster, for every form of a clause."""

import pytest

from corpus.errors import QueryRefused
from corpus.model import SectionKind
from index.matching.sections import EVERY_KIND
from index.opensearch.asking.dsl import (
    Beside,
    Chain,
    Json,
    Plan,
    beside,
    gaps,
    is_counted,
    is_placed,
    masked,
    occurring,
    weighed,
)
from index.storage.engine import KINDS

FINDINGS = 1 << KINDS.index(SectionKind.FINDINGS)
WORD = Chain((("neglect", "neglected"),))
PHRASE = Chain((("voice",), ("of",), ("child",)))
MARK: Json = {"match": {"query": "¶"}}
APART: Json = {"not_containing": MARK}
PARAGRAPH: Json = {"all_of": {"mode": "ordered", "intervals": [MARK, MARK]}}


def one(term: str) -> Json:
    return {"match": {"query": term}}


def row(*sources: Json, gaps: int = 0, **more: Json) -> Json:
    return {"all_of": {"mode": "ordered", "max_gaps": gaps, "intervals": [*sources], **more}}


def places(source: Json) -> Json:
    return {"constant_score": {"filter": {"intervals": {"t": source}}}}


def counted(source: Json, times: int = 1) -> Json:
    query = {"intervals": {"t": source}}
    script = {"source": "params.times * _score / (1 - _score)", "params": {"times": times}}
    return {"script_score": {"query": query, "script": script}}


def other_of(source: Json) -> Json:
    return {"any_of": {"intervals": [source], "filter": {"not_containing": one("¶¶")}}}


def in_findings(source: Json) -> Json:
    paragraph = {"all_of": {"mode": "ordered", "intervals": [one("¶a"), MARK]}}
    return {"any_of": {"intervals": [source], "filter": {"contained_by": paragraph}}}


def asked(plan: Plan, kinds: int = EVERY_KIND) -> Json:
    return weighed(plan, kinds)[0]


def test_a_word_in_all_its_forms_is_scored_by_its_weights() -> None:
    assert weighed(WORD, EVERY_KIND) == ({"match": {"w": "neglect neglected"}}, 20.0)


def test_a_word_within_sections_is_scored_by_how_often_it_is_there() -> None:
    assert weighed(WORD, FINDINGS) == ({"match": {"k": "aneglect aneglected"}}, 1.0)
    assert weighed(WORD, FINDINGS | 1) == ({"match": {"k": "0neglect 0neglected aneglect aneglected"}}, 1.0)


def test_a_word_that_expands_to_nothing_is_found_nowhere() -> None:
    assert asked(Chain(((),))) == {"match_none": {}}
    assert asked(Chain((("a",), ()))) == {"match_none": {}}
    assert asked(Beside((Chain(((),)),), (WORD,), 5)) == {"match_none": {}}
    assert asked(PHRASE, 0) == {"match_none": {}}


def test_words_side_by_side_are_a_phrase_which_is_scored_once_for_each_word() -> None:
    assert weighed(PHRASE, EVERY_KIND) == ({"match_phrase": {"t": "voice of child"}}, 3.0)


def test_a_phrase_with_a_choice_or_capitals_or_an_abbreviation_is_counted_by_its_intervals() -> None:
    choice = Chain((("a", "b"), ("c",)))
    assert weighed(choice, EVERY_KIND) == (
        counted(row({"any_of": {"intervals": [one("a"), one("b")]}}, one("c"))),
        1.0,
    )
    special = Chain(((".cse",), ("LSCB",)))
    assert asked(special) == counted(
        row(
            {"match": {"query": ".cse", "use_field": "s"}},
            {"match": {"query": "LSCB", "use_field": "c"}},
        )
    )


def test_a_phrase_within_sections_lies_between_the_mark_of_one_and_the_next() -> None:
    assert asked(PHRASE, FINDINGS) == counted(in_findings(row(one("voice"), one("of"), one("child"))))


def test_a_loose_phrase_stays_in_its_paragraph_and_is_counted_by_the_gaps_in_it() -> None:
    loose = Chain((("information",), ("sharing",)), 2)
    rows = [row(one("information"), one("sharing"), gaps=gap, filter=APART) for gap in range(3)]
    rows[0] = row(one("information"), one("sharing"))
    assert weighed(loose, EVERY_KIND) == (counted(rows[2], 3), 1.0)
    assert gaps(loose, EVERY_KIND)["bool"]["should"] == [counted(rows[0]), counted(rows[1])]


def test_what_scores_cannot_count_is_only_found() -> None:
    far, phrase = Chain((("a",), ("b",)), 21), Chain((("c",), ("d",)))
    assert weighed(far, EVERY_KIND) == (places(row(one("a"), one("b"), gaps=21, filter=APART)), 0.0)
    assert is_counted(Chain((("no",), ("no",)), 2), EVERY_KIND)
    assert not is_counted(Beside((phrase,), (WORD,), 5), EVERY_KIND)
    assert not is_counted(Beside((WORD,), (WORD,), 21), EVERY_KIND)
    assert is_counted(Beside((WORD,), (WORD,), 20), EVERY_KIND)


def test_more_words_than_a_cluster_counts_are_only_found() -> None:
    many = Chain((tuple(f"neg{n}" for n in range(5_000)),))
    assert asked(many) == {"match": {"w": " ".join(many.slots[0])}}
    assert [*asked(many, 0b111)] == ["match"]
    query, unit = weighed(many, 0b1111)
    assert unit == 0
    assert len(query["constant_score"]["filter"]["bool"]["should"]) == 4
    assert is_placed(many, EVERY_KIND)
    assert not is_counted(Beside((many,), (WORD,), 5), EVERY_KIND)
    assert not is_placed(Beside((many,), (WORD,), 0), EVERY_KIND)
    with pytest.raises(QueryRefused, match="more letters"):
        asked(Chain((many.slots[0],) * 4))


def test_a_phrase_with_more_choices_than_lucene_writes_out_is_refused() -> None:
    some = tuple(f"t{n}" for n in range(200))
    assert asked(Chain((some, ("a",), some[:80])))
    with pytest.raises(QueryRefused, match="more letters"):
        asked(Chain((some, some)))
    near = Beside((Chain((some,)),), (Chain((some,)),), 5)
    assert asked(near)
    assert not is_counted(near, EVERY_KIND)


def test_near_takes_each_pair_in_both_orders() -> None:
    a, b, phrase = Chain((("a",),)), Chain((("b",),)), Chain((("c",), ("d",)))
    inside = row(one("c"), one("d"))
    words = {"any_of": {"intervals": [one("a"), one("b")]}}
    assert asked(Beside((a, b), (phrase,), 10)) == places(
        {
            "any_of": {
                "intervals": [
                    row(words, inside, gaps=10, filter=APART),
                    row(inside, words, gaps=10, filter=APART),
                ]
            }
        }
    )


def test_one_word_near_itself_is_two_places_of_it() -> None:
    a = Chain((("a",),))
    assert asked(Beside((a,), (a,), 3)) == counted(row(one("a"), other_of(one("a")), gaps=3, filter=APART), 4)


def test_a_phrase_near_itself_must_not_overlap_itself() -> None:
    phrase = Chain((("a",), ("b",)))
    source = row(one("a"), one("b"))
    assert asked(Beside((phrase,), (phrase,), 3)) == places(row(source, other_of(source), gaps=3, filter=APART))


def test_near_inside_near_matches_its_smallest_places_only() -> None:
    a, b, c = (Chain(((term,),)) for term in "abc")
    inner = asked(Beside((a,), (b,), 2))["script_score"]["query"]["intervals"]["t"]
    wrapped = {"any_of": {"intervals": [inner], "filter": {"contained_by": PARAGRAPH}}}
    outer = asked(Beside((Beside((a,), (b,), 2),), (c,), 4))
    assert outer == places(
        {
            "any_of": {
                "intervals": [
                    row(wrapped, one("c"), gaps=4, filter=APART),
                    row(one("c"), wrapped, gaps=4, filter=APART),
                ]
            }
        }
    )


def test_a_section_mask_is_returned_as_a_score_with_a_bit_for_each_kind() -> None:
    found = masked(WORD, FINDINGS | 1)["bool"]["should"]
    assert found == [
        {"constant_score": {"filter": {"terms": {"k": ["0neglect", "0neglected"]}}, "boost": 1.0}},
        {"constant_score": {"filter": {"terms": {"k": ["aneglect", "aneglected"]}}, "boost": 1024.0}},
    ]
    phrase = masked(PHRASE, FINDINGS)
    inside = in_findings(row(one("voice"), one("of"), one("child")))
    assert phrase == {"constant_score": {"filter": {"intervals": {"t": inside}}, "boost": 1024.0}}


def test_term_counts_are_requested_where_the_terms_occur() -> None:
    assert occurring(["dna", "DNA", ".cse", "data"])["bool"]["should"] == [
        {"match": {"t": "dna data"}},
        {"match": {"c": "DNA"}},
        {"match": {"s": ".cse"}},
    ]


def test_plain_words_are_together_in_a_paragraph_where_no_mark_is_between() -> None:
    a, b = Chain((("a",),)), Chain((("b",),))
    unordered = {"all_of": {"mode": "unordered", "intervals": [one("a"), one("b")], "filter": APART}}
    assert beside([[a], [b]], EVERY_KIND) == places(unordered)
    assert beside([[a], [b]], FINDINGS) == places(in_findings(unordered))
    assert beside([[a], [a]], EVERY_KIND) == places(one("a"))
    assert beside([[a], []], EVERY_KIND) == {"match_none": {}}


def test_plain_words_that_share_a_form_are_no_two_places_of_it() -> None:
    """Lucene would expand the alternatives and look for the shared form twice at the same place."""
    a, b, c = (Chain(((term,),)) for term in "abc")
    first, second = ({"any_of": {"intervals": [one("a"), one(other)]}} for other in "bc")
    kept = [{"any_of": {"intervals": [each], "filter": {"contained_by": PARAGRAPH}}} for each in (first, second)]
    unordered = {"all_of": {"mode": "unordered", "intervals": kept, "filter": APART}}
    assert beside([[a, b], [a, c]], EVERY_KIND) == places(unordered)


def test_nears_in_nears_beyond_what_a_cluster_takes_are_refused_with_a_sentence() -> None:
    nested: Plan = Chain((("a",),))
    for term in "bcdefghijklmno":
        nested = Beside((nested,), (Chain(((term,),)),), 5)
    with pytest.raises(QueryRefused, match="too many nested NEARs"):
        asked(nested)
