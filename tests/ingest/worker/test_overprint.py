"""Text that lies over other text is found, whatever the order of drawing."""

import random
from itertools import combinations

import pytest

from ingest.worker.visible.geometry import core
from ingest.worker.visible.overprint import overprinted


@pytest.mark.parametrize("seed", range(40))
def test_all_text_over_the_middle_of_other_text_is_suspected(seed: int) -> None:
    rng = random.Random(seed)
    boxes = [
        (float(x), y - 2.0, x + rng.uniform(20, 59), y + rng.uniform(5, 9))
        for y in range(700, 500, -rng.choice((12, 14, 20)))
        for x in range(60, 500, 60)
    ]
    for _ in range(rng.randrange(3)):
        left, low = rng.uniform(60, 500), rng.uniform(500, 700)
        boxes.insert(rng.randrange(len(boxes)), (left, low, left + rng.uniform(2, 90), low + rng.uniform(3, 30)))
    if rng.random() < 0.5:
        boxes = boxes[40:] + boxes[:40]
    found = overprinted(boxes)
    for (n, one), (m, other) in combinations(enumerate(map(core, boxes)), 2):
        if min(one[2], other[2]) - max(one[0], other[0]) > 1.6 and min(one[3], other[3]) - max(one[1], other[1]) > 0:
            assert {n, m} & found


def test_words_in_reading_order_are_not_suspected() -> None:
    lines = [(x, y - 2.0, x + 48.0, y + 8.0) for y in range(700, 300, -12) for x in range(60, 250, 50)]
    column = [(x + 250, bottom, end + 250, top) for x, bottom, end, top in lines]
    footer = (60.0, 30.0, 200.0, 40.0)
    assert overprinted([footer, *lines, *column]) == set()
