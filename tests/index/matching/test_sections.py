"""Threads that share what was read of the layouts of documents get all that they ask for."""

from array import array
from collections.abc import Sequence

import pytest

from index.matching import arrays
from index.matching.sections import Layouts
from index.storage.engine import Layout

STARTS = {1: [0, 7], 2: [0, 3, 9], 3: [0, 4]}


def keys(*documents: int) -> list[int]:
    return [document << 32 | start for document in documents for start in STARTS[document]]


def test_a_thread_that_is_interrupted_by_another_loses_nothing_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = Layouts(lambda document: Layout(array("I", STARTS[document]), bytes(len(STARTS[document]))))
    layouts.paragraphs([3])
    merged, interruptions = arrays.merged, iter([2])

    def interrupted(several: Sequence[arrays.Keys]) -> arrays.Keys:
        found = merged(several)
        for other in interruptions:  # as if another thread ran now
            layouts.paragraphs([other])
        return found

    monkeypatch.setattr(arrays, "merged", interrupted)
    assert list(layouts.paragraphs([1]).starts) == keys(1, 3)
    assert list(layouts.paragraphs([2]).starts) == keys(1, 2, 3)
