"""Damaged files that other programs open are read, and the program says what is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from corpus.reasons import Reason
from ingest.structure.page import Unreadable
from ingest.worker import extract

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut off behind the last object": lambda data: data[: data.rindex(b"endobj") + 6],
    "cut off in the table of objects": lambda data: data[: data.rindex(b"xref") - 40],
    "end overwritten": lambda data: data[: data.rindex(b"trailer")] + b"\0" * 400,
    "cut off, behind other bytes": lambda data: b"x" * 600 + b"\n" + data[: data.rindex(b"endobj") + 6],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_file_that_lost_its_end_is_read(press: Any, damage: str) -> None:
    data = press.pdf(press.lines("Child Wren was seen."), press.lines("Child Lark was not."))
    document = extract.read(DAMAGE[damage](data), max_pages=10)
    assert [line.text for page in document.pages for line in page.lines] == [
        "Child Wren was seen.",
        "Child Lark was not.",
    ]


def test_a_page_that_lost_its_text_is_reported(press: Any) -> None:
    data = press.pdf(press.lines("Child Wren was seen."), press.lines("Child Lark was not."))
    last = data.rindex(b"obj", 0, data.rindex(b"stream", 0, data.index(b"Lark")))
    document = extract.read(data[:last], max_pages=10)
    assert [page.unread for page in document.pages] == [None, Reason.CORRUPT.value]


def test_a_file_without_pages_is_still_refused(press: Any) -> None:
    data = press.pdf(press.lines("Child Wren was seen."))
    for damaged in (re.sub(rb"/Catalog|/Root", b"/Nothing", data[: data.rindex(b"xref")]), b"%PDF-1.7\n" + b"\0" * 500):
        with pytest.raises(Unreadable) as refused:
            extract.read(damaged, max_pages=10)
        assert refused.value.reason is Reason.CORRUPT
