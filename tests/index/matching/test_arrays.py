"""Array operations on positions give the same result as a loop over the reports. Small inputs do not import numpy."""

import random
import subprocess
import sys
import tracemalloc
from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, product
from pathlib import Path

import pytest

from corpus.model import SectionKind
from index.deadline import Deadline
from index.matching import arrays, spans, windows
from index.matching.evaluator import Evaluator
from index.query import In, Near, Phrase, Plain, Query, Word
from index.storage import term_postings
from index.storage.engine import IndexedParagraph, Layout
from index.storage.postings import Postings, PostingsBuilder, unpack
from index.storage.whoosh_engine import WhooshEngine
from index.storage.whoosh_snapshot import WhooshSnapshot

CHANCE = random.Random(20)


def positions(most: int) -> dict[int, list[int]]:
    """Return ascending positions in some of twenty documents."""
    return {d: sorted(CHANCE.sample(range(90), CHANCE.randint(1, most))) for d in range(20) if CHANCE.random() < 0.8}


def keys(*terms: dict[int, list[int]]) -> arrays.Keys:
    return keys_in(terms, range(20))


def keys_in(terms: Sequence[dict[int, list[int]]], documents: Collection[int]) -> arrays.Keys:
    """Each term in two segments, the second with documents from 10."""
    return arrays.keys_where(in_segments(terms), arrays.wanted_of(documents))


def in_segments(terms: Sequence[dict[int, list[int]]]) -> list[list[tuple[int, Postings]]]:
    lists = []
    for term in terms:
        segments = []
        for base in (0, 10):
            builder = PostingsBuilder()
            for document, some in term.items():
                if base <= document < base + 10:
                    builder.add(document - base, 1.0, some, 1)
            segments.append((base, unpack(builder.pack())))
        lists.append([(base, postings) for base, postings in segments if len(postings.documents)])
    return lists


def layout(document: int) -> Layout:
    starts = array("I", accumulate([0, *(7 + document % 3 for _ in range(12))]))
    return Layout(starts, bytes(len(starts)))


def paragraphs(documents: Sequence[int]) -> arrays.Paragraphs:
    return arrays.paragraphs_of(documents, layout)


def test_paragraphs_of_all_documents_take_little_more_memory_than_their_keys() -> None:
    layouts = [Layout(array("I", range(0, 20_000, 40)), bytes(at // 100 for at in range(500))) for _ in range(200)]
    tracemalloc.start()
    try:
        found = arrays.paragraphs_of(range(200), layouts.__getitem__)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.starts.tolist() == [
        document << 32 | start for document in range(200) for start in range(0, 20_000, 40)
    ]
    assert found.sections.tolist() == [
        document << 32 | start for document in range(200) for start in range(0, 20_000, 4000)
    ]
    assert found.masks.tolist() == [1, 2, 4, 8, 16] * 200
    assert peak < 2 * found.starts.nbytes


@pytest.mark.parametrize("gaps", [(), (0,), (3, 4), (11,)], ids=["none", "first", "two", "last"])
def test_a_section_starts_with_each_document_and_each_kind(gaps: Sequence[int]) -> None:
    layouts = {
        document: Layout(
            array("I", [] if document in gaps else [0, 5, 9]), b"" if document in gaps else bytes((1, 1, 2))
        )
        for document in range(12)
    }
    found = arrays.paragraphs_of(range(12), layouts.__getitem__)
    left = [document for document in range(12) if document not in gaps]
    assert found.starts.tolist() == [document << 32 | start for document in left for start in (0, 5, 9)]
    assert found.sections.tolist() == [document << 32 | start for document in left for start in (0, 9)]
    assert found.masks.tolist() == [2, 4] * len(left)


@pytest.mark.parametrize("block", [1, 7, 1 << 16])
@pytest.mark.parametrize("most", [3, 40])
def test_phrases(most: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_BLOCK", block)
    for _ in range(30):
        slots = [positions(most), positions(40), positions(40)]
        starts = keys(slots[0])
        for i, slot in enumerate(slots[1:], 1):
            starts = arrays.followed(starts, keys(slot), i)
        found = arrays.by_document(starts)
        wanted = {
            document: spans.side_by_side([(i, slot.get(document, [])) for i, slot in enumerate(slots)])
            for document in range(20)
        }
        assert {document: list(some) for document, some in found.items()} == {d: s for d, s in wanted.items() if s}


@pytest.mark.parametrize("several", [1, 1 << 16])
def test_a_much_more_frequent_word_is_searched_by_bisection_with_the_same_result(
    several: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for few, i in product((0, 99), range(4)):
        monkeypatch.setattr(arrays, "_FEW", few)
        monkeypatch.setattr(arrays, "_SEVERAL", several)
        first, others = positions(3), [positions(60), positions(9)]
        starts = keys(first)
        found = arrays.followed_by(starts, in_segments(others), i, arrays.having(starts, 21))
        assert found.tolist() == arrays.followed(starts, keys(*others), i).tolist()


def test_the_positions_of_few_documents_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        term = positions(40)
        document = CHANCE.choice(list(term))
        one_by_one = keys_in([term], [document])
        with monkeypatch.context() as changed:
            changed.setattr(arrays, "_FEW", 0)
            assert one_by_one.tolist() == keys_in([term], [document]).tolist()
        assert one_by_one.tolist() == [document << 32 | position for position in term[document]]


@pytest.mark.parametrize("widths", [(1, 1), (1, 2), (3, 1), (2, 2)])
@pytest.mark.parametrize("block", [40, 1 << 16])
@pytest.mark.parametrize("distance", [0, 3, 200])
def test_nearness_also_where_a_token_is_on_both_sides(
    distance: int, block: int, widths: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "_BLOCK", block)
    for _ in range(30):
        left, other, right = positions(6), positions(6), positions(25)
        one, two = (
            windows.Side(in_segments(terms), width)
            for terms, width in zip(([left, other], [right]), widths, strict=True)
        )
        everywhere = arrays.wanted_of(range(20))
        firsts, lasts = windows.near_by_document(one, two, everywhere, distance, paragraphs)
        found = {document: list(zip(firsts[document], lasts[document], strict=True)) for document in firsts}
        assert firsts.keys() == lasts.keys()
        wanted: dict[int, Sequence[spans.Span]] = {}
        for document in range(20):
            here, there = sorted([*left.get(document, []), *other.get(document, [])]), right.get(document, [])
            if widths == (1, 1):
                near = spans.in_one_paragraph(spans.neighbours(here, there, distance), layout(document))
            else:
                one_side, other_side = (
                    [(at, at + width - 1) for at in side] for side, width in zip((here, there), widths, strict=True)
                )
                near = spans.near(one_side, other_side, distance, layout(document))
            wanted[document] = near
        assert found == {document: some for document, some in wanted.items() if some}


@pytest.mark.parametrize("words", [1, 2, 3])
def test_the_places_where_words_occur_together_also_if_two_share_a_token(words: int) -> None:
    for _ in range(20):
        groups = [positions(CHANCE.choice((4, 25))) for _ in range(words)]
        having = sorted(set(range(20)).intersection(*groups))
        found = windows.counts([keys_in([group], having) for group in groups], paragraphs(having).starts)
        wanted = {document: len(places_together(groups, document)) for document in having}
        assert found == {document: count for document, count in wanted.items() if count}


def places_together(groups: Sequence[dict[int, list[int]]], document: int) -> list[spans.Span]:
    """Return the spans of one paragraph with a position of each group that contain no other such span."""
    edges = [*layout(document).starts, 1 << 32]
    tokens = {position for group in groups for position in group[document]}
    fit = {
        (first, last)
        for first, last in product(tokens, tokens)
        if first <= last < min(edge for edge in edges if edge > first)
        and all(any(first <= position <= last for position in group[document]) for group in groups)
    }
    return [one for one in fit if not any(other != one and one[0] <= other[0] <= other[1] <= one[1] for other in fit)]


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[WhooshSnapshot]:
    paragraphs = [
        IndexedParagraph("the child was seen", SectionKind.FINDINGS, False),
        IndexedParagraph("the school saw the child", SectionKind.BODY, False),
    ]
    engine = WhooshEngine()
    segment = engine.write(tmp_path, "a", [(number, paragraphs) for number in range(1, 6)])
    engine.finish(tmp_path, [segment])
    snapshot = engine.open(tmp_path, [segment], frozenset((1, 3, 4)))
    yield snapshot
    snapshot.close()


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        (Phrase((Word("the"), Word("child"))), 2),
        (Near(Word("school"), Word("child"), 5), 1),
        (In(SectionKind.FINDINGS, Word("child")), 1),
        (Plain((Word("school"), Word("child"))), 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("block", [2, 1 << 16])
def test_many_reports_are_not_read_one_by_one(
    snapshot: WhooshSnapshot, monkeypatch: pytest.MonkeyPatch, query: Query, counts: int, block: int
) -> None:
    monkeypatch.setattr(arrays, "_BLOCK", block)
    few = Evaluator(snapshot, lambda field: set(), Deadline()).evaluate(query)
    weights = [dict(match.weights()) for match in few.matches]
    monkeypatch.setattr(term_postings, "_MANY", 3)
    monkeypatch.delattr(term_postings.TermPostings, "reader")
    monkeypatch.delattr("index.matching.sections.Sections.count")
    answer = Evaluator(snapshot, lambda field: set(), Deadline()).evaluate(query)
    together = answer.together
    documents = together.documents(answer.documents, lambda: None) if together else answer.documents
    assert {document: len(answer.mentions(document)) for document in documents} == dict.fromkeys((0, 2, 3), counts)
    assert [dict(match.weights()) for match in answer.matches] == weights


def test_a_phrase_does_not_begin_before_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The positions of "was" are examined first, then those of "seen".
    texts = ["child child child child was seen seen", "nothing", "was seen child"]
    engine = WhooshEngine()
    reports = [(n, [IndexedParagraph(texts[n % 3], SectionKind.BODY, False)]) for n in range(9)]
    segment = engine.write(tmp_path, "a", reports)
    engine.finish(tmp_path, [segment])
    monkeypatch.setattr(term_postings, "_MANY", 1)
    snapshot = engine.open(tmp_path, [segment], frozenset(range(9)))
    try:
        query = Phrase((Word("child"), Word("was"), Word("seen")))
        answer = Evaluator(snapshot, lambda field: set(), Deadline()).evaluate(query)
        assert [(document, answer.mentions(document)) for document in sorted(answer.documents)] == [
            (document, [(3, 5)]) for document in (0, 3, 6)
        ]
    finally:
        snapshot.close()


def test_a_search_in_few_reports_does_not_import_numpy() -> None:
    program = "import sys, reviews, index.matching.evaluator, search.searcher; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
