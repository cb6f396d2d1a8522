"""Paragraphs of the documents that a query needs are found, whether few or many."""

from array import array

import pytest

from index.matching.sections import Layouts
from index.storage.engine import Layout

STARTS = {document: [0, 3 + document] for document in range(12)}


def keys(documents: list[int]) -> list[int]:
    return [document << 32 | start for document in documents for start in STARTS[document]]


@pytest.mark.parametrize("wanted", [[7], [11, 2], list(STARTS)], ids=["one", "two", "all"])
def test_paragraphs_of_all_wanted_documents_are_found_each_time(wanted: list[int]) -> None:
    layouts = Layouts(lambda number: Layout(array("I", STARTS[number]), bytes(2)), STARTS)
    for _ in range(2):
        assert set(layouts.paragraphs(wanted).starts) >= set(keys(wanted))
        assert set(layouts.paragraphs([4]).starts) >= set(keys([4]))
