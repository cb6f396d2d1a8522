"""Everything that the crawling process sends is checked, because it has read untrusted pages."""

import json
from typing import Any

import pytest

from ingest.collect.listing_rows import Listed
from ingest.collect.protocol import Ended, Event, Failed, Fetched, Link, Noted, PageRead, event_of, to_json
from ingest.collect.troubles import Trouble

DOCUMENT = Listed("https://a.example/1.pdf", "Child Fern", "Local", "2020-01-31", "fern.pdf")
LINK = Link("https://a.example/1.pdf", "Child Fern", "document", "Local", "2020-01-31")
FETCHED = Fetched("Alder", DOCUMENT, 64 * "a", 7, '"1"', "", "2026-03-01T02:00:00+00:00")
EVENTS: list[Event] = [
    PageRead("Alder", "https://a.example/", '"1"', "", (LINK,), "Alder Board"),
    PageRead("Alder", "https://a.example/", '"1"', "", None),
    FETCHED,
    Noted("Alder", "https://a.example/1.pdf", "gone", "410"),
    Failed("Alder", "file:///etc/passwd", Trouble.NOT_ALLOWED, page=False),
    Ended("Alder", complete=True, documents=(DOCUMENT,)),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_a_round_trip(event: Event) -> None:
    assert event_of(to_json(event)) == event


@pytest.mark.parametrize(
    "changed",
    [
        {"event": "Anything"},
        {"sha256": "../../../etc/passwd"},
        {"sha256": 64 * "A"},
        {"size": -1},
        {"size": True},
        {"at": "yesterday"},
        {"etag": "a\r\nCookie: x"},
        {"etag": 2_001 * "x"},
        {"etag": "half \ud800"},
        {"source": None},
        {"document": {"url": "javascript:alert(1)", "text": "", "heading": "", "published": "", "fallback": ""}},
        {"document": {"url": "https://a.example/", "text": 7, "heading": "", "published": "", "fallback": ""}},
        {"document": None},
        {"document": {"url": "https://a.example/", "text": "", "heading": "", "published": "now", "fallback": ""}},
    ],
    ids=str,
)
def test_an_invalid_field_is_refused(changed: dict[str, Any]) -> None:
    told = json.loads(to_json(FETCHED)) | changed
    with pytest.raises(ValueError, match=r"."):
        event_of(json.dumps(told))


@pytest.mark.parametrize(
    "line",
    ["", "[]", "7", '{"event": "Ended"}', "{", '{"event": "Failed", "trouble": "x"}', '{"event": []}', "[" * 100_000],
    ids=lambda line: line[:40],
)
def test_a_line_that_is_not_an_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        event_of(line)
