"""The protocol between the parent and the crawling process: a plan as JSON, then one event per line.

The crawling process reads untrusted pages, so the parent checks every field of an event before using it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from corpus.disk.typed_json import typed
from ingest.collect.listing_rows import Listed
from ingest.collect.troubles import Trouble

LONGEST = 2_000  # characters of a text in an event; no page has more on one line
MOST_LINKS = 2_000  # links that are read from one page
MOST_PAGES = 30  # consecutive pages of one list
LONGEST_LINE = 64_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """A link on a page.

    `leads_to` is "document", "next" (page of the same list) or "either" (a document or its own page).
    """

    url: str
    text: str
    leads_to: str
    heading: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page that was read, or that has not changed (`links` is None).

    `site` is the name of the site, as given in the page.
    """

    source: str
    url: str
    etag: str
    modified: str
    links: tuple[Link, ...] | None
    site: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A PDF in the staging folder, named `<sha256>.pdf`. `at` is when it was fetched."""

    source: str
    document: Listed
    sha256: str
    size: int
    etag: str
    modified: str
    at: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What happened to an address: "unchanged", "gone" (404 or 410), "would" (be fetched), "left_out" or
    "not_wanted".
    """

    source: str
    url: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """An address that could not be fetched.

    `page` means that it is a page of the list, so that what it lists is unknown.
    """

    source: str
    url: str
    trouble: Trouble
    page: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The crawl of a source has ended.

    `complete` means that all its pages responded. `documents` are all that it lists.
    """

    source: str
    complete: bool
    documents: tuple[Listed, ...]


Event = PageRead | Fetched | Noted | Failed | Ended


@dataclass(frozen=True, slots=True)
class Known:
    """A document or page known from an earlier run.

    `due` means that it should be requested again. `links` are the links of a page.
    """

    etag: str = ""
    modified: str = ""
    due: bool = True
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One source, with what is known about its pages and documents, by address."""

    source: Mapping[str, Any]
    pages: Mapping[str, Known] = field(default_factory=dict)
    documents: Mapping[str, Known] = field(default_factory=dict)


def to_json(value: Any) -> str:
    """Return an event or a plan as JSON on one line."""
    named = {"event": type(value).__name__, **asdict(value)} if not isinstance(value, dict) else value
    return json.dumps(named, ensure_ascii=True)


def event_of(line: str | bytes) -> Event:
    """Parse and check an event from one line. Raises ValueError if a field is invalid."""
    told = typed(line, {"event": str})
    try:
        return _READERS[told["event"]](told)
    except (TypeError, LookupError) as error:
        raise ValueError("not an event") from error


def link_of(told: Any) -> Link:
    """Check a link and return it."""
    leads_to = _text(told, "leads_to")
    if leads_to not in ("document", "next", "either"):
        raise ValueError("not a link")
    return Link(_url(told), _text(told, "text"), leads_to, _text(told, "heading"), _date(told))


def _page(told: Any) -> PageRead:
    links = told.get("links")
    if links is not None and (not isinstance(links, list) or len(links) > MOST_LINKS):
        raise ValueError("not a list of links")
    checked = None if links is None else tuple(link_of(each) for each in links)
    return PageRead(
        _text(told, "source"), _url(told), _text(told, "etag"), _text(told, "modified"), checked, _text(told, "site")
    )


def _fetched(told: Any) -> Fetched:
    size = told.get("size")
    if type(size) is not int or size <= 0 or not re.fullmatch(r"[0-9a-f]{64}", _text(told, "sha256")):
        raise ValueError("not a file")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", _text(told, "at")):
        raise ValueError("not a time")
    document = _listed(told.get("document"))
    if not re.match(r"https?://", document.url, re.IGNORECASE):
        raise ValueError("nothing is fetched from such an address")
    texts = (_text(told, name) for name in ("etag", "modified", "at"))
    return Fetched(_text(told, "source"), document, told["sha256"], size, *texts)


def _noted(told: Any) -> Noted:
    if _text(told, "what") not in ("unchanged", "gone", "would", "left_out", "not_wanted"):
        raise ValueError("not known")
    return Noted(_text(told, "source"), _url(told), told["what"], _text(told, "why"))


def _failed(told: Any) -> Failed:
    return Failed(_text(told, "source"), _url(told), Trouble(_text(told, "trouble")), _flag(told, "page"))


def _ended(told: Any) -> Ended:
    documents = told.get("documents")
    if not isinstance(documents, list) or len(documents) > MOST_LINKS * MOST_PAGES:
        raise ValueError("not a list of documents")
    return Ended(_text(told, "source"), _flag(told, "complete"), tuple(_listed(each) for each in documents))


def _listed(told: Any) -> Listed:
    return Listed(_url(told), _text(told, "text"), _text(told, "heading"), _date(told), _text(told, "fallback"))


def _text(told: Any, name: str) -> str:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, str) or len(value) > LONGEST or re.search(r"[\x00-\x1f\x7f-\x9f]", value):
        raise ValueError(f"{name} is not a text")
    return value


def _url(told: Any) -> str:
    url = _text(told, "url")
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*:\S*", url, re.IGNORECASE):
        raise ValueError("not an address")
    return url


def _date(told: Any) -> str:
    value = _text(told, "published")
    if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("not a day")
    return value


def _flag(told: Any, name: str) -> bool:
    if not isinstance(told.get(name), bool):
        raise ValueError(f"{name} is not true or false")
    return bool(told[name])


_READERS: dict[str, Callable[[Any], Event]] = {
    PageRead.__name__: _page,
    Fetched.__name__: _fetched,
    Noted.__name__: _noted,
    Failed.__name__: _failed,
    Ended.__name__: _ended,
}
