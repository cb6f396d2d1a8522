"""Queries to a cluster are sent once and in batches, and only concern documents of the generation."""

from collections.abc import Sequence
from typing import Any

import pytest

from corpus.errors import Corrupt, Gone
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.report import Report
from index.deadline import Deadline
from index.matching.sections import EVERY_KIND
from index.opensearch.asking import opening
from index.opensearch.asking.dsl import Chain, Json
from index.opensearch.asking.evaluator import ClusterEvaluator
from index.opensearch.asking.opening import Opened, opened
from index.opensearch.asking.questions import Clause, Question, Questions, SizedCache
from index.opensearch.documents import Document, document
from index.opensearch.leaf import part_of
from index.query import And, In, Near, Or, Phrase, Plain, Query, Word
from tests.cluster import InProcessCluster

ALL: Json = {"match_all": {}}
WORD = Clause(Chain((("neglect",),)), EVERY_KIND)


def report(number: int, *texts: str) -> Document:
    text = Text(
        id=f"{number:064x}",
        pages=(Page(1, "1"),),
        sections=(Section(0, SectionKind.FINDINGS, ""),),
        paragraphs=tuple(Paragraph(n, 1, None, 0, each) for n, each in enumerate(texts)),
    )
    return document("main", number, Report(text.id, (f"{number}.pdf",), "A review", 1, 0), text, [])


REPORTS = [
    report(1, "neglect of the child", "the school"),
    report(2, "the child and neglect; child neglect"),
    report(3, "a school for every child", "multi-agency work"),
]


@pytest.fixture
def cluster() -> InProcessCluster:
    return InProcessCluster(REPORTS)


@pytest.fixture
def held(cluster: InProcessCluster) -> Opened:
    return opened(cluster, "index", ALL)


def evaluator(cluster: InProcessCluster, held: Opened) -> ClusterEvaluator:
    snapshot, _ = held.reader(cluster)
    return ClusterEvaluator(snapshot, lambda field: set(), Deadline())


def test_metadata_is_read_page_by_page(cluster: InProcessCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = opened(cluster, "index", ALL)
    monkeypatch.setattr(opening, "_REPORTS", 2)
    monkeypatch.setattr(opening, "_TERMS", 3)
    paged = opened(cluster, "index", ALL)
    assert paged.keys == whole.keys
    assert [each.id for each in paged.reports.values()] == [f"{number:064x}" for number in (1, 2, 3)]
    assert list(paged.vocabulary.terms()) == list(whole.vocabulary.terms())
    assert paged.vocabulary.frequency("child") == 3
    assert paged.vocabulary.compounds("multiagency") == [("multi", "agency")]
    assert paged.lengths == {0: 6, 1: 6, 2: 8}


def test_a_document_of_another_generation_is_ignored(cluster: InProcessCluster, held: Opened) -> None:
    key = next(key for key, number in held.keys.items() if number == 1)
    known = {other: number for other, number in held.keys.items() if other != key}
    assert list(Questions(cluster, "index", known).scores("weights", WORD).numbers) == [0]


def test_an_answer_is_requested_once_and_several_at_once(cluster: InProcessCluster, held: Opened) -> None:
    questions = Questions(cluster, "index", held.keys)
    others = [Clause(Chain(((term,),)), EVERY_KIND) for term in ("child", "school")]
    before = cluster.asked
    asked: list[Question] = [("weights", WORD), *(("weights", each) for each in others)]
    first = questions.ask(asked)
    assert questions.ask([*asked[1:], asked[0]]) == [*first[1:], first[0]]
    assert questions.scores("weights", WORD) == first[0]
    assert cluster.asked == before + 1


@pytest.mark.parametrize(
    "tree",
    [
        Word("neglect"),
        Plain((Word("school"), Word("child"))),
        Near(Word("neglect"), Word("child"), 5),
        Phrase((Word("neglect"), Word("child")), 3),
    ],
    ids=str,
)
def test_all_that_is_shown_of_a_query_comes_with_one_request(
    cluster: InProcessCluster, held: Opened, tree: Query
) -> None:
    """Weights, sections and what stands together."""
    asking = evaluator(cluster, held)
    before = cluster.asked
    answer = asking.evaluate(tree)
    documents = sorted(answer.documents)
    assert documents
    assert any(answer.kinds(documents))
    assert all(match.weights() for match in answer.matches)
    if answer.together:
        answer.together.documents(answer.documents, lambda: None)
    assert cluster.asked == before + 1


def test_more_hits_than_were_thought_of_are_asked_for_again() -> None:
    many = [report(number, "neglect") for number in range(150)]
    cluster = InProcessCluster(many)
    keys = {each.body["key"]: number for number, each in enumerate(many[:10])}
    assert list(Questions(cluster, "index", keys).scores("weights", WORD).numbers) == list(range(10))


def test_recently_used_values_are_kept() -> None:
    kept: SizedCache[str] = SizedCache(3)
    for name in "abc":
        kept.put(name, name, 1)
    assert kept.get("a") == "a"
    kept.put("d", "d", 1)
    assert [kept.get(name) for name in "abcd"] == ["a", None, "c", "d"]


def test_a_value_that_is_kept_again_counts_once() -> None:
    kept: SizedCache[str] = SizedCache(3)
    for name in "aaab":
        kept.put(name, name, 1)
    assert [kept.get(name) for name in "ab"] == ["a", "b"]
    kept.put("c", "c", 1)
    assert [kept.get(name) for name in "abc"] == ["a", "b", "c"]


def test_a_missing_report_is_reported(cluster: InProcessCluster, held: Opened) -> None:
    questions = Questions(cluster, "index", held.keys)
    cluster.held.pop(1)
    questions.expect([0, 1])
    with pytest.raises(Gone):
        questions.field(1, "layout")
    assert questions.lost


def test_all_clauses_of_a_tree_are_requested_at_once(cluster: InProcessCluster, held: Opened) -> None:
    tree: Query = And(
        (
            Or((Word("neglect"), Phrase((Word("every"), Word("child"))))),
            Near(Word("child"), Word("neglect"), 3),
            In("findings", Word("child")),
        )
    )
    asks = evaluator(cluster, held)
    before = cluster.asked
    assert asks.evaluate(tree).documents == {0, 1}
    assert cluster.asked == before + 1


def test_leaves_of_expected_reports_are_fetched_together(cluster: InProcessCluster, held: Opened) -> None:
    asks = evaluator(cluster, held)
    answer = asks.evaluate(Plain((Word("child"), Word("neglect"))))
    asks.expect(sorted(answer.documents))
    before = cluster.asked
    assert [answer.mentions(document) for document in sorted(answer.documents)] == [[(0, 3)], [(1, 3), (3, 4), (4, 5)]]
    assert cluster.asked == before + 1


class _Listening(InProcessCluster):
    """Notes the fields that are requested."""

    def __init__(self, documents: Sequence[Document]) -> None:
        super().__init__(documents)
        self.fields: list[set[str]] = []

    def msearch(self, index: str, bodies: Sequence[Json]) -> list[dict[str, Any]]:
        self.fields += [{*body["docvalue_fields"]} - {"key"} for body in bodies]
        return super().msearch(index, bodies)


def test_only_the_parts_of_leaves_with_the_words_of_a_query_are_fetched(held: Opened) -> None:
    cluster = _Listening(REPORTS)
    asks = evaluator(cluster, held)
    answer = asks.evaluate(Or((Word("neglect"), Phrase((Word("every"), Word("child"))))))
    asks.expect([0, 1, 2])
    cluster.fields.clear()
    assert [len(answer.mentions(document)) for document in (0, 1, 2)] == [1, 2, 1]
    (fields,) = cluster.fields
    assert fields == {"layout", *map(part_of, ("neglect", "every", "child"))}


def test_a_part_that_was_not_announced_is_fetched_for_all_expected_reports(held: Opened) -> None:
    cluster = _Listening(REPORTS)
    snapshot, _ = held.reader(cluster)
    snapshot.questions.expect([0, 1, 2], ["child"])
    ((_, postings),) = snapshot.postings("neglect")
    cluster.fields.clear()
    assert [[*postings.at(index)] for index in (0, 1)] == [[0], [3, 5]]
    assert cluster.fields == [{"layout", part_of("neglect"), part_of("child")}]
    assert [*snapshot.layout(2).starts] == [0, 6]
    assert len(cluster.fields) == 1


def test_a_compound_in_sections_is_weighed_without_leaves() -> None:
    """A word that some report prints with a hyphen has several clauses."""
    cluster = InProcessCluster([report(1, "multi-agency work", "multiagency multi-agency"), report(2, "a multiagency")])
    answer = evaluator(cluster, opened(cluster, "index", ALL)).evaluate(In("findings", Word("multiagency")))
    before = cluster.asked
    assert [match.weights() for match in answer.matches] == [{0: 3.0, 1: 1.0}]
    assert cluster.asked == before


class _Lying(InProcessCluster):
    """Claims that the last report matches every clause."""

    def msearch(self, index: str, bodies: Sequence[Json]) -> list[dict[str, Any]]:
        answers = super().msearch(index, bodies)
        for body, answer in zip(bodies, answers, strict=True):
            if "match" in body["query"]:
                answer["hits"]["hits"].append({"_score": 20.0, "fields": {"key": self.held[2].fields["key"]}})
                answer["hits"]["total"]["value"] += 1
        return answers


def test_a_cluster_that_disagrees_with_its_leaves_is_refused(held: Opened) -> None:
    answer = evaluator(_Lying(REPORTS), held).evaluate(Word("neglect"))
    assert answer.documents == {0, 1, 2}
    with pytest.raises(Corrupt, match="check --full"):
        answer.mentions(2)
