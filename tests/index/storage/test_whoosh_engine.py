"""What any engine must do, tested on Whoosh (and on whoosh3, with which these tests are run again)."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from whoosh.index import open_dir

from corpus.errors import Corrupt
from corpus.model import SectionKind
from index.storage import postings
from index.storage.engine import IndexedParagraph, SegmentSummary
from index.storage.whoosh_engine import WhooshEngine
from index.storage.whoosh_snapshot import WhooshSnapshot

ENGINE = WhooshEngine()


def plain(*texts: str, kind: SectionKind = SectionKind.BODY) -> list[IndexedParagraph]:
    return [IndexedParagraph(text, kind, False) for text in texts]


Opened = Callable[..., WhooshSnapshot]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Yield a function that opens segments in the test's folder. They are closed after the test."""
    snapshots = []

    def opened(*segments: SegmentSummary, dead: Sequence[int] = ()) -> WhooshSnapshot:
        ENGINE.finish(tmp_path, segments)
        live = frozenset(reading for segment in segments for reading, _ in segment.documents) - set(dead)
        snapshots.append(ENGINE.open(tmp_path, segments, live))
        return snapshots[-1]

    yield opened
    for snapshot in snapshots:
        snapshot.close()


def places(snapshot: WhooshSnapshot, term: str) -> dict[int, list[int]]:
    return {
        base + document: list(postings.at(i))
        for base, postings in snapshot.postings(term)
        for i, document in enumerate(postings.documents)
    }


def test_every_word_is_found_at_its_place_none_is_left_out(tmp_path: Path, opened: Opened) -> None:
    segment = ENGINE.write(tmp_path, "a", [(7, plain("The voice of the child", "The child"))])
    snapshot = opened(segment)
    assert places(snapshot, "the") == {0: [0, 3, 6]}
    assert places(snapshot, "child") == {0: [4, 7]}
    assert places(snapshot, "nobody") == {}
    assert snapshot.documents() == {0: 7}
    assert snapshot.lengths() == {0: 7}


def test_paragraphs_are_found_from_positions_and_never_touch(tmp_path: Path, opened: Opened) -> None:
    layout = opened(ENGINE.write(tmp_path, "a", [(7, plain("one two", "three", ""))])).layout(0)
    assert list(layout.starts) == [0, 3, 5]
    assert [layout.paragraph_at(p) for p in (0, 1, 3)] == [0, 0, 1]


def test_words_in_capitals_have_a_term_of_their_own(tmp_path: Path, opened: Opened) -> None:
    snapshot = opened(ENGINE.write(tmp_path, "a", [(7, plain("DNA or dna"))]))
    assert places(snapshot, "dna") == {0: [0, 2]}
    assert places(snapshot, "DNA") == {0: [0]}
    assert list(snapshot.vocabulary("")) == ["dna", "or"]


def test_forms_and_compounds_are_known_over_all_segments(tmp_path: Path, opened: Opened) -> None:
    first = ENGINE.write(tmp_path, "a", [(1, plain("neglected multi-agency"))])
    second = ENGINE.write(tmp_path, "b", [(2, plain("neglects self-harm"))])
    snapshot = opened(first, second)
    assert snapshot.forms("neglect") == ["neglected", "neglects"]
    assert snapshot.compounds("multiagency") == [("multi", "agency")]
    assert snapshot.compounds("selfharm") == [("self", "harm")]
    assert snapshot.compounds("nothing") == []


def test_words_in_recommendations_weigh_more_and_in_appendices_less(tmp_path: Path, opened: Opened) -> None:
    texts = [
        (1, plain("neglect", kind=SectionKind.RECOMMENDATIONS)),
        (2, plain("neglect")),
        (3, plain("neglect", kind=SectionKind.APPENDIX)),
    ]
    ((_, postings),) = opened(ENGINE.write(tmp_path, "a", texts)).postings("neglect")
    assert postings.weights[0] > postings.weights[1] > postings.weights[2]


def test_dead_readings_are_not_documents(tmp_path: Path, opened: Opened) -> None:
    segment = ENGINE.write(tmp_path, "a", [(1, plain("one")), (2, plain("two"))])
    assert opened(segment, dead=[1]).documents() == {1: 2}


def test_merged_segments_answer_as_one_and_without_the_dead(tmp_path: Path, opened: Opened) -> None:
    first = ENGINE.write(tmp_path, "a", [(1, plain("shared one-off")), (2, plain("shared two", "two"))])
    second = ENGINE.write(tmp_path, "b", [(3, plain("two shared DNA"))])
    merged = ENGINE.merge(tmp_path, "m", [first, second], frozenset((2, 3)))
    snapshot = opened(merged)
    assert snapshot.documents() == {0: 2, 1: 3}
    assert places(snapshot, "shared") == {0: [0], 1: [1]}
    assert places(snapshot, "two") == {0: [1, 3], 1: [0]}
    assert places(snapshot, "DNA") == {1: [2]}
    assert places(snapshot, "one") == {}
    assert list(snapshot.vocabulary("")) == ["dna", "shared", "two"]
    assert list(snapshot.layout(0).starts) == [0, 3]


def test_files_of_segments_that_are_not_listed_are_removed(tmp_path: Path, opened: Opened) -> None:
    first = ENGINE.write(tmp_path, "a", [(1, plain("one"))])
    ENGINE.write(tmp_path, "b", [(2, plain("two"))])
    ENGINE.finish(tmp_path, [first])
    assert not list(tmp_path.glob("*_b.*"))
    assert opened(first).documents() == {0: 1}


def test_whoosh_itself_opens_what_was_written(tmp_path: Path) -> None:
    segment = ENGINE.write(tmp_path, "a", [(1, plain("neglect")), (2, plain("neglect again"))])
    ENGINE.finish(tmp_path, [segment])
    with open_dir(str(tmp_path), indexname="reviews").reader() as reader:
        assert reader.doc_count() == 2
        assert list(reader.postings("text", "neglect").all_ids()) == [0, 1]
        assert reader.stored_fields(1)["reading"] == 2


def test_the_same_reports_give_the_same_bytes(tmp_path: Path) -> None:
    def written(name: str) -> dict[str, bytes]:
        directory = tmp_path / name
        directory.mkdir()
        ENGINE.finish(directory, [ENGINE.write(directory, "a", [(1, plain("one two-three")), (2, plain("two"))])])
        return {path.name: path.read_bytes() for path in directory.iterdir()}

    assert written("first") == written("second")


@pytest.mark.parametrize("texts", [[], [(1, [])], [(1, plain(""))]])
def test_empty_reports_and_segments_do_no_harm(
    tmp_path: Path, opened: Opened, texts: list[tuple[int, list[IndexedParagraph]]]
) -> None:
    snapshot = opened(ENGINE.write(tmp_path, "a", texts))
    assert len(snapshot.documents()) == len(texts)
    assert snapshot.postings("anything") == []


def test_the_words_of_deleted_documents_are_gone_after_a_merge_to_the_last_byte(tmp_path: Path, opened: Opened) -> None:
    first = ENGINE.write(tmp_path, "a", [(1, plain("zanzibar zan-zibar")), (2, plain("neglect"))])
    second = ENGINE.write(tmp_path, "b", [(3, plain("neglects"))])
    merged = ENGINE.merge(tmp_path, "m", [first, second], frozenset({2, 3}))
    snapshot = opened(merged)
    assert snapshot.forms("neglect") == ["neglect", "neglects"]
    assert places(snapshot, "neglects") == {1: [0]}
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"neglect" in left
    assert b"zanzibar" not in left


def test_a_checksum_that_whoosh_takes_for_none_is_held_against_the_postings_too(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "checksum", lambda packed: 0xFFFFFFFF)
    segment = ENGINE.write(tmp_path, "a", [(7, plain("one two"))])
    assert places(opened(segment), "two") == {0: [1]}
    monkeypatch.undo()
    with pytest.raises(Corrupt):
        opened(segment).postings("two")


def test_a_checksum_is_compared_when_a_term_is_first_read(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = opened(ENGINE.write(tmp_path, "a", [(7, plain("one two"))]))
    compared: list[bytes] = []
    real = postings.checksum

    def checksum(packed: bytes) -> int:
        compared.append(packed)
        return real(packed)

    monkeypatch.setattr(postings, "checksum", checksum)
    assert places(snapshot, "two") == places(snapshot, "two") == {0: [1]}
    assert places(snapshot, "one") == {0: [0]}
    assert len(compared) == 2


def test_of_large_postings_only_what_is_asked_for_is_read_the_second_time(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.storage.segment_reader._LARGE", 0)
    snapshot = opened(ENGINE.write(tmp_path, "a", [(7, plain("one two one")), (8, plain("two")), (9, plain("a one"))]))
    whole = snapshot.postings("one")[0][1]
    unpacked: list[bytes] = []
    monkeypatch.setattr("index.storage.segment_reader.unpack", unpacked.append)
    again = snapshot.postings("one")[0][1]
    assert unpacked == []
    assert list(again.documents) == list(whole.documents) == [0, 2]
    assert list(again.ends) == list(whole.ends)
    assert list(again.weights) == list(whole.weights)
    assert list(again.masks) == list(whole.masks)
    assert [list(again.at(place)) for place in (1, 0)] == [[1], [0, 2]]
    assert list(again.positions) == list(whole.positions) == [0, 2, 1]


def test_no_checksum_is_compared_of_bytes_that_were_hashed_a_moment_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = ENGINE.write(tmp_path, "a", [(7, plain("one two"))])
    ENGINE.finish(tmp_path, [segment])
    monkeypatch.delattr(postings, "checksum")
    snapshot = ENGINE.open(tmp_path, [segment], frozenset([7]), hashed=True)
    assert places(snapshot, "two") == {0: [1]}
    snapshot.close()


def test_the_number_of_documents_with_a_term_is_known_without_its_postings(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ENGINE.write(tmp_path, "a", [(1, plain("the child")), (2, plain("the school"))])
    other = ENGINE.write(tmp_path, "b", [(3, plain("the child and the child"))])
    snapshot = opened(one, other)
    monkeypatch.delattr(WhooshSnapshot, "postings")
    assert [snapshot.frequency(term) for term in ("the", "child", "school", "father")] == [3, 2, 1, 0]
