"""Postings survive packing, and damaged ones are refused."""

import sys
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage.postings import Postings, PostingsBuilder, head_of, masks_of, unpack

ENTRIES = st.dictionaries(
    st.integers(0, 1000),
    st.tuples(
        st.floats(0, 100, width=32),
        st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=20),
        st.integers(0, 2**16 - 1),
    ),
    max_size=20,
)


@given(ENTRIES)
def test_packed_postings_unpack_unchanged(entries: dict[int, tuple[float, set[int], int]]) -> None:
    builder = PostingsBuilder()
    for document, (weight, positions, kinds) in sorted(entries.items()):
        builder.add(document, weight, sorted(positions), kinds)
    postings = unpack(builder.pack())
    assert list(postings.documents) == sorted(entries)
    for place, document in enumerate(postings.documents):
        weight, positions, kinds = entries[document]
        assert postings.weights[place] == weight
        assert list(postings.at(place)) == sorted(positions)
        assert postings.count(place) == len(positions)
        assert postings.masks[place] == kinds


def apart(entries: dict[int, list[int]], reads: list[tuple[int, int]]) -> Postings:
    """Return postings whose positions are read on access. What is read is added to `reads`."""
    builder = PostingsBuilder()
    for document, positions in entries.items():
        builder.add(document, 1.0, positions, 1 << document)
    packed = builder.pack()
    head, masks = head_of(len(entries)), masks_of(len(entries))

    def read(begin: int, size: int) -> bytes:
        reads.append((begin, size))
        return packed[head + begin : head + begin + size]

    return Postings.apart(packed[:head], packed[len(packed) - masks :], read)


def test_positions_that_are_not_needed_are_not_read() -> None:
    reads: list[tuple[int, int]] = []
    postings = apart({1: [3, 5], 4: [0, 7, 9], 6: [2]}, reads)
    assert list(postings.documents) == [1, 4, 6]
    assert list(postings.masks) == [1 << 1, 1 << 4, 1 << 6]
    assert (postings.size, postings.count(1), postings.weights[2]) == (6, 3, 1.0)
    assert reads == []
    assert list(postings.at(1)) == [0, 7, 9]
    assert reads == [(8, 12)]


def test_positions_of_many_documents_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.storage.postings._FEW", 2)
    reads: list[tuple[int, int]] = []
    postings = apart({1: [3, 5], 4: [0, 7, 9], 6: [2]}, reads)
    assert [list(postings.at(place)) for place in (0, 1, 2, 0)] == [[3, 5], [0, 7, 9], [2], [3, 5]]
    assert list(postings.positions) == [3, 5, 0, 7, 9, 2]
    assert reads == [(0, 8), (8, 12), (0, 24)]


def test_of_some_documents_only_their_positions_are_read() -> None:
    reads: list[tuple[int, int]] = []
    postings = apart({1: [3, 5], 4: [0, 7, 9], 6: [2]}, reads)
    some = postings.between(1, 3)
    assert list(some.documents) == [4, 6]
    assert [list(some.at(place)) for place in (0, 1)] == [[0, 7, 9], [2]]
    assert some.size == 4
    assert reads == [(8, 16)]
    assert list(postings.between(0, 1).positions) == [3, 5]
    assert postings.between(0, 3) is postings


def test_no_postings_are_postings_too() -> None:
    assert list(unpack(PostingsBuilder().pack()).documents) == []


@pytest.mark.parametrize("size", [0, 3, 4, 12, 19, 20, 22, 24, 25])
def test_truncated_postings_are_refused(size: int) -> None:
    builder = PostingsBuilder()
    builder.add(1, 2.0, [3, 5], 1)
    with pytest.raises(ValueError, match="cut short"):
        unpack(builder.pack()[:size])


def test_a_machine_with_the_other_byte_order_reads_and_writes_the_same_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    builder = PostingsBuilder()
    builder.add(1, 2.0, [3, 5], 0x0102)
    here = builder.pack()
    monkeypatch.setattr(sys, "byteorder", "big")
    there = builder.pack()  # this machine's bytes, treated as the other's
    wide, kinds = array("I", here[:-2]), array("H", here[-2:])
    wide.byteswap()
    kinds.byteswap()
    assert there == wide.tobytes() + kinds.tobytes()
    postings = unpack(there)
    assert (list(postings.documents), list(postings.at(0)), postings.masks[0]) == ([1], [3, 5], 0x0102)
