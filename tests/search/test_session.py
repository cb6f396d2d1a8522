"""What a session computes before anybody asks."""

import pytest

from index.matching import arrays
from reviews.library import Library


def test_what_common_words_need_is_read_before_the_first_query(demo: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    session = demo.searcher()._session
    session.prepare()

    def read_again(*_: object) -> None:
        raise AssertionError("the paragraphs are read for a query")

    monkeypatch.setattr(arrays, "paragraphs_of", read_again)
    assert len(session.layout.paragraphs(session.snapshot.documents()).starts) > 0
