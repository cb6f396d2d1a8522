"""Arithmetic on spans."""

from array import array
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from index.matching.spans import in_one_paragraph, in_order, mentions, near, neighbours, side_by_side, smallest
from index.storage.engine import Layout

ONE_PARAGRAPH = Layout(array("I", [0]), bytes([0]))
TWO_PARAGRAPHS = Layout(array("I", [0, 10]), bytes([0, 0]))


def test_a_mention_is_counted_once_and_not_again_inside_a_longer_one() -> None:
    assert mentions([(5, 5), (4, 5), (5, 5), (9, 9)]) == [(4, 5), (9, 9)]


def test_matches_that_share_a_token_are_one_mention() -> None:
    assert mentions([(1, 2), (0, 1), (3, 4)]) == [(0, 2), (3, 4)]
    assert mentions([(0, 5), (1, 2), (5, 6)]) == [(0, 6)]


def test_the_smallest_spans_contain_no_other() -> None:
    assert smallest([(0, 9), (3, 5), (4, 4), (8, 9)]) == [(4, 4), (8, 9)]


def test_a_phrase_starts_where_its_words_follow_each_other() -> None:
    assert side_by_side([(0, [0, 5, 9]), (1, [1, 7, 10]), (2, [2, 11])]) == [0, 9]


def test_a_phrase_of_a_rare_and_a_frequent_word_is_found_in_the_same_way() -> None:
    frequent = list(range(1, 2000, 2))
    assert side_by_side([(0, [8, 11]), (1, frequent)]) == [8]
    assert side_by_side([(1, [8, 11]), (0, frequent)]) == [7]
    assert side_by_side([(0, frequent), (1, [8, 11])]) == [7]


def test_words_in_order_may_have_others_between_up_to_the_slop() -> None:
    assert in_order([[0], [3]], 2, ONE_PARAGRAPH) == [(0, 3)]
    assert in_order([[0], [3]], 1, ONE_PARAGRAPH) == []
    assert in_order([[3], [0]], 5, ONE_PARAGRAPH) == []


def test_words_in_order_do_not_cross_a_paragraph() -> None:
    assert in_order([[8], [11]], 5, TWO_PARAGRAPHS) == []


def test_near_works_in_either_order_and_counts_the_words_between() -> None:
    assert near([(10, 10)], [(4, 5)], 4, ONE_PARAGRAPH) == [(4, 10)]
    assert near([(10, 10)], [(4, 5)], 3, ONE_PARAGRAPH) == []
    assert near([(4, 5)], [(10, 10)], 4, ONE_PARAGRAPH) == [(4, 10)]


def test_near_does_not_take_a_match_for_its_own_neighbour() -> None:
    assert near([(4, 5)], [(5, 5)], 10, ONE_PARAGRAPH) == []


def test_near_does_not_cross_a_paragraph() -> None:
    assert near([(8, 8)], [(10, 10)], 10, TWO_PARAGRAPHS) == []


def test_near_returns_only_the_smallest_pairs() -> None:
    assert near([(0, 0), (5, 5)], [(6, 6)], 10, ONE_PARAGRAPH) == [(5, 6)]


def test_near_takes_a_long_match_where_the_short_one_inside_it_begins_too_far_away() -> None:
    leaders, social_work, work = (3, 3), (4, 5), (5, 5)
    assert near([leaders], [social_work, work], 0, ONE_PARAGRAPH) == [(3, 5)]
    assert near([social_work, work], [leaders], 0, ONE_PARAGRAPH) == [(3, 5)]
    assert near([leaders], [(4, 9), (5, 6), (6, 8)], 1, ONE_PARAGRAPH) == [(3, 6)]


SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4)).map(lambda pair: (pair[0], sum(pair))), max_size=8)


@given(SPANS, SPANS, st.integers(0, 5))
def test_near_is_the_smallest_of_all_pairs_that_are_near_enough(
    left: list[tuple[int, int]], right: list[tuple[int, int]], distance: int
) -> None:
    pairs = [
        (min(a[0], b[0]), max(a[1], b[1]))
        for a in left
        for b in right
        if 0 <= max(a[0], b[0]) - min(a[1], b[1]) - 1 <= distance
    ]
    assert near(left, right, distance, ONE_PARAGRAPH) == smallest(pairs)


PLACES = st.sets(st.integers(0, 20)).map(sorted)


@given(PLACES, PLACES, st.integers(0, 5))
def test_neighbours_are_what_near_gives_for_single_words(left: list[int], right: list[int], distance: int) -> None:
    spans = neighbours(left, right, distance)
    one, other = ([(p, p) for p in places] for places in (left, right))
    assert in_one_paragraph(spans, TWO_PARAGRAPHS) == near(one, other, distance, TWO_PARAGRAPHS)


@given(st.lists(PLACES, min_size=2, max_size=4), st.randoms())
def test_the_order_in_which_slots_are_examined_changes_nothing(slots: list[list[int]], chance: Random) -> None:
    expected = [p for p in range(21) if all(p + i in slot for i, slot in enumerate(slots))]
    shuffled = list(enumerate(slots))
    chance.shuffle(shuffled)
    assert side_by_side(shuffled) == expected
