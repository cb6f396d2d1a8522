"""The positions of several terms, read from the postings of one segment and of all segments."""

from collections.abc import Mapping, Sequence

from index.matching.matches import AnyOf, Match, Words, lists, postings_of
from index.storage.postings import Postings, PostingsBuilder, unpack


def postings(positions: Mapping[int, Sequence[int]]) -> Postings:
    builder = PostingsBuilder()
    for document, some in positions.items():
        builder.add(document, 1.0, some, 1 << document)
    return unpack(builder.pack())


def test_a_phrase_that_was_counted_is_found_in_every_segment_that_a_word_beside_it_has() -> None:
    live = set(range(9))
    phrase = Words("a b", ["a b"], [[(0, postings({0: [7], 4: [3], 8: [5]}))]], live, width=2)
    word = Words("ab", ["ab"], [[(0, postings({0: [1]})), (3, postings({1: [2]})), (6, postings({2: [4]}))]], live)
    read = lists([phrase, word])
    assert [sorted(position for some in read(document) for position in some) for document in (0, 4, 8)] == [
        [1, 7],
        [2, 3],
        [4, 5],
    ]


def test_the_kinds_of_few_documents_are_those_of_many() -> None:
    words = Words(
        "",
        ["a", "b"],
        [[(0, postings({0: [1], 1: [2]}))], [(0, postings({1: [3]})), (5, postings({1: [4]}))]],
        set(range(9)),
    )
    few = list(words.kinds_in([0, 1, 2, 5, 6]))
    assert words.documents == {0, 1, 6}
    assert [words.kinds(document) for document in (0, 1, 2, 5, 6)] == few == [1, 2, 0, 0, 2]


class Slow(Match):
    """A match whose positions take a request for each document."""

    def __init__(self) -> None:
        self.documents = {1, 2, 3, 4}
        self.read: list[int] = []

    def starts(self, document: int) -> Sequence[Sequence[int]]:
        self.read.append(document)
        return ([document, 10 * document],)


def test_positions_are_read_only_in_the_documents_that_are_wanted() -> None:
    slow = Slow()
    ((_, found),) = postings_of(AnyOf("", [slow, slow]), [2, 4, 9])[0]
    assert slow.read == [2, 4, 2, 4]
    assert list(found.documents) == [2, 4]
    assert [list(found.at(place)) for place in (0, 1)] == [[2, 20], [4, 40]]
