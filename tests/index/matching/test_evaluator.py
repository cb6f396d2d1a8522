"""What a query does not read. This is counted, because timings depend on the computer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.model import SectionKind
from index.deadline import Deadline
from index.matching.evaluator import Evaluator
from index.matching.result_set import Answer
from index.matching.sections import Layouts
from index.query import And, In, Near, Or, Pattern, Phrase, Query, Theme, Word
from index.storage import term_postings
from index.storage.engine import KINDS, IndexedParagraph, Layout
from index.storage.whoosh_engine import WhooshEngine
from index.storage.whoosh_snapshot import WhooshSnapshot
from tests.oracle import Oracle, OracleReport

REPORTS = 40
FINDINGS = 1 << KINDS.index(SectionKind.FINDINGS)
BODY = 1 << KINDS.index(SectionKind.BODY)


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[WhooshSnapshot]:
    """Return reports with "the" and "voice" in two kinds of section, adjacent only in the last one."""
    apart = [
        IndexedParagraph("the child", SectionKind.BODY, False),
        IndexedParagraph("the other", SectionKind.FINDINGS, False),
        IndexedParagraph("a voice", SectionKind.BODY, False),
    ]
    last = [*apart, IndexedParagraph("the voice", SectionKind.FINDINGS, False)]
    engine = WhooshEngine()
    segment = engine.write(tmp_path, "a", [(n, last if n == REPORTS else apart) for n in range(1, REPORTS + 1)])
    engine.finish(tmp_path, [segment])
    snapshot = engine.open(tmp_path, [segment], frozenset(range(1, REPORTS + 1)))
    yield snapshot
    snapshot.close()


def asked(snapshot: WhooshSnapshot, query: Query, read: list[int]) -> Answer:
    """Return the answer. The documents whose paragraphs are read are added to `read`."""

    def layout(document: int) -> Layout:
        read.append(document)
        return snapshot.layout(document)

    return Evaluator(snapshot, lambda field: set(), Deadline(), Layouts(layout, snapshot.documents())).evaluate(query)


def test_the_sections_of_a_word_are_known_without_reading_positions(
    snapshot: WhooshSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(term_postings.TermPostings, "at")
    monkeypatch.delattr(term_postings.TermPostings, "reader")
    read: list[int] = []
    answer = asked(snapshot, Word("the"), read)
    assert set(answer.kinds(list(answer.documents))) == {BODY | FINDINGS}
    inside = asked(snapshot, In(SectionKind.FINDINGS, Word("voice")), read)
    assert inside.documents == {REPORTS - 1}
    assert read == []


def test_a_phrase_is_looked_for_only_where_its_words_share_a_kind_of_section(
    snapshot: WhooshSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    real = Evaluator._timed

    def timed(self: Evaluator, documents: "Iterator[int]") -> Iterator[int]:
        for document in real(self, documents):
            looked.append(document)
            yield document

    monkeypatch.setattr(Evaluator, "_timed", timed)
    read: list[int] = []
    answer = asked(snapshot, Phrase((Word("other"), Word("voice"))), read)
    assert answer.documents == set()
    assert looked == [REPORTS - 1], "only the last report has both in one kind of section"


def test_where_the_words_of_a_phrase_share_one_kind_only_nothing_more_is_read_to_count_it(
    snapshot: WhooshSnapshot,
) -> None:
    read: list[int] = []
    answer = asked(snapshot, Phrase((Word("the"), Word("child"))), read)
    assert set(answer.kinds(list(answer.documents))) == {BODY}
    assert read == []


@pytest.mark.parametrize(
    "part", [Word("the"), Pattern("chi*"), Phrase((Word("the"), Word("child"))), In("body", Word("a"))]
)
@pytest.mark.parametrize("joined", [And, Or, lambda parts: Theme("twice", parts)])
def test_a_repeated_part_is_looked_up_and_counted_once(
    snapshot: WhooshSnapshot, part: Query, joined: type[And]
) -> None:
    once, often = asked(snapshot, part, []), asked(snapshot, joined((part,) * 3), [])
    assert often.documents == once.documents
    assert len(often.matches) == 1
    grouped = asked(snapshot, And((Or((part, Word("other"))), Or((part, Word("voice"))))), [])
    assert len(grouped.matches) == 3


@pytest.mark.parametrize(
    "query",
    [
        Phrase((Word("the"), Word("child")), slop=1),
        Near(Word("the"), Word("child")),
        Phrase((Word("the"), Word("child"))),
    ],
)
def test_the_deadline_is_checked_for_each_report_whose_positions_are_compared(
    snapshot: WhooshSnapshot, query: Query
) -> None:
    looks = 0

    class Counting(Deadline):
        def check(self) -> None:
            nonlocal looks
            looks += 1

    answer = Evaluator(snapshot, lambda field: set(), Counting()).evaluate(query)
    assert looks > len(answer.documents) == REPORTS


def test_mentions_of_words_are_counted_without_reading_positions(
    snapshot: WhooshSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = asked(snapshot, And((Word("the"), Word("child"), Pattern("chi*"))), [])
    expected = {document: len(answer.mentions(document)) for document in answer.documents}
    monkeypatch.delattr(term_postings.TermPostings, "at")
    monkeypatch.delattr(term_postings.TermPostings, "reader")
    assert {document: answer.counts(Deadline().check)[document] for document in answer.documents} == expected


def test_a_name_is_found_with_and_without_its_apostrophe(tmp_path: Path) -> None:
    texts = ["Mr O’Brien was seen.", "Ms O'Brien's views", "Mrs OBrien wrote.", "He was ill.", "I'll write, he said."]
    engine = WhooshEngine()
    written = [(n, [IndexedParagraph(text, SectionKind.BODY, False)]) for n, text in enumerate(texts, 1)]
    segment = engine.write(tmp_path, "a", written)
    engine.finish(tmp_path, [segment])
    snapshot = engine.open(tmp_path, [segment], frozenset(range(1, len(texts) + 1)))
    oracle = Oracle(OracleReport(str(n), [(text, "body")]) for n, text in enumerate(texts))
    for typed, found in (("OBrien", {0, 1, 2}), ("o’brien", {0, 1, 2}), ("ill", {3}), ("i'll", {4})):
        assert asked(snapshot, Word(typed), []).documents == found
        assert {int(report) for report in oracle.answer(Word(typed))} == found
    assert asked(snapshot, Word("OBrien", exact=True), []).documents == {2}
    snapshot.close()
