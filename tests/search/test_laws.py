"""AND, OR and NOT obey the laws of Boolean algebra, and no mention is lost or added on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reviews
from corpus.layout import create_library
from index.deadline import Deadline
from index.matching.evaluator import Evaluator
from index.query import And, Field, In, Near, Not, Or, Pattern, Phrase, Query, Word
from reviews.maintenance.update import run
from search.searcher import Searcher

DEMO = Path(__file__).parents[2] / "corpus" / "demo"
WORDS = ("neglect", "school", "child", "health", "robin", "nurse", "nowhere", "multi-agency", "DNA", "the")

words = st.sampled_from(WORDS).map(Word)
leaves = st.one_of(
    words,
    words,
    st.sampled_from([Word("DNA", exact=True), Word("DNA"), Word("MASH", exact=True), Word("mash")]),
    st.sampled_from(["child*", "scho?l", "neglect*"]).map(Pattern),
    st.lists(words, min_size=1, max_size=3).map(lambda parts: Phrase(tuple(parts))),
    st.tuples(words, words, st.integers(0, 30)).map(lambda parts: Near(*parts)),
    st.sampled_from([Field("year", "2015.."), Field("board", "Fernshire"), Field("title", "child")]),
)
trees: st.SearchStrategy[Query] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
        inner.map(lambda part: In("findings", part)),
    ),
    max_leaves=6,
)
fixed = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    library = replace(create_library(tmp_path_factory.mktemp("laws") / "library"), ocr=False)
    library.catalogue.write_bytes((DEMO / "catalogue.csv").read_bytes())
    run(library, sorted(DEMO.glob("Child Robin*.pdf")) + sorted(DEMO.glob("2014*.pdf")))
    with reviews.open(library.library) as opened:
        yield opened.searcher()


def found(searcher: Searcher, query: Query) -> set[int]:
    return evaluator(searcher).evaluate(query).documents


def evaluator(searcher: Searcher) -> Evaluator:
    return searcher._session.evaluator(Deadline())


@fixed
@given(a=trees, b=trees, c=trees)
def test_and_and_or_are_distributive(searcher: Searcher, a: Query, b: Query, c: Query) -> None:
    plain = [found(searcher, part) for part in (a, b, c)]
    both = found(searcher, And((Or((a,)), Or((b, c)))))  # groups, so that no two words are neighbours
    assert both == plain[0] & (plain[1] | plain[2])
    assert both == found(searcher, Or((And((Or((a,)), Or((b,)))), And((Or((a,)), Or((c,)))))))


@fixed
@given(a=trees, b=trees)
def test_the_laws_of_de_morgan(searcher: Searcher, a: Query, b: Query) -> None:
    assert found(searcher, Not(Or((a, b)))) == found(searcher, And((Not(a), Not(b))))
    assert found(searcher, Not(And((Or((a,)), Or((b,)))))) == found(searcher, Or((Not(a), Not(b))))


@fixed
@given(a=trees)
def test_a_part_and_its_opposite_are_everything_and_share_nothing(searcher: Searcher, a: Query) -> None:
    every = found(searcher, Or((a, Not(a))))
    assert len(every) == searcher.coverage.reports
    assert found(searcher, And((a, Not(a)))) == set()
    assert found(searcher, Not(Not(a))) == found(searcher, a)


@fixed
@given(a=trees, b=trees)
def test_neither_the_order_of_parts_nor_repetition_matters(searcher: Searcher, a: Query, b: Query) -> None:
    assert found(searcher, Or((a, b))) == found(searcher, Or((b, a, b)))
    assert found(searcher, And((Or((a,)), Or((b,))))) == found(searcher, And((Or((b,)), Or((a,)), Or((b,)))))


@fixed
@given(a=trees, among=st.sets(st.integers(0, 4)))
def test_counting_without_reading_positions_finds_the_same(searcher: Searcher, a: Query, among: set[int]) -> None:
    known = evaluator(searcher)
    among &= set(range(searcher.coverage.reports))
    assert known.holding(a, among) == known.evaluate(a).documents & among


@fixed
@given(a=trees)
def test_the_kinds_of_section_of_an_answer_are_those_that_in_finds(searcher: Searcher, a: Query) -> None:
    known = evaluator(searcher)
    answer = known.evaluate(a)
    for code, kind in enumerate(["body", "foreword", "summary", "introduction"]):
        inside = known.evaluate(In(kind, a)).documents
        assert {d for d in range(searcher.coverage.reports) if next(iter(answer.kinds([d]))) >> code & 1} == inside


@fixed
@given(a=leaves, b=leaves)
def test_the_mentions_of_an_or_are_those_of_its_parts(searcher: Searcher, a: Query, b: Query) -> None:
    known = evaluator(searcher)
    parts = [known.evaluate(a), known.evaluate(b)]
    either = known.evaluate(Or((a, b)))
    for document in either.documents:
        spans = {span for part in parts for span in part.spans(document)}
        assert set(either.spans(document)) == spans


@fixed
@given(a=trees)
def test_counting_mentions_without_reading_positions_gives_the_same_number(searcher: Searcher, a: Query) -> None:
    answer = evaluator(searcher).evaluate(a)
    counted = answer.counts(Deadline().check)
    assert counted == {d: len(answer.mentions(d)) for d in answer.documents}


def test_a_word_in_capitals_and_in_lower_case_is_one_mention(searcher: Searcher) -> None:
    answer = evaluator(searcher).evaluate(Or((Word("DNA", exact=True), Word("DNA"))))
    counted = answer.counts(Deadline().check)
    assert answer.documents
    assert {d: counted[d] for d in answer.documents} == {d: len(answer.mentions(d)) for d in answer.documents}
