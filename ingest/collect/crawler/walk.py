"""Walk through one source, from its list to its documents, each address once.

Decides what to request, but sends no requests.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from ingest.collect.link_text import cleaned, is_generic
from ingest.collect.listing_rows import Listed, kind_of
from ingest.collect.protocol import MOST_PAGES, Ended, Failed, Known, Link, Noted, Task
from ingest.collect.sources import Source
from ingest.collect.troubles import Trouble


@dataclass(frozen=True, slots=True)
class Ask:
    """An address to request.

    `what` is "page" (of the list), "document" or "either". `depth` counts pages from the list. `via` is the link that
    led to it. `known` is what earlier runs stored about it.
    """

    url: str
    what: str
    depth: int
    via: Link | None = None
    known: Known = Known()  # noqa: RUF009 - frozen


@dataclass(slots=True)
class Walk:
    """The state of the walk through one source. With `only_list`, documents are reported but not fetched.

    `pending` is the number of requests without a response. `complete` is True while every page has responded correctly.
    """

    source: Source
    pages: Mapping[str, Known]
    documents: Mapping[str, Known]
    only_list: bool = False
    pending: int = 0
    complete: bool = True
    seen: set[str] = field(default_factory=set)
    listed: dict[str, Listed] = field(default_factory=dict)
    notes: list[Noted | Failed] = field(default_factory=list)
    read: int = 1

    @classmethod
    def of(cls, task: Task, *, only_list: bool) -> "Walk":
        return cls(Source(**task.source), task.pages, task.documents, only_list)

    def start(self) -> Ask:
        """Return the request for the list itself."""
        self.seen.add(self.source.url)
        return Ask(self.source.url, "page", 0, known=self.pages.get(self.source.url, Known()))

    def ended(self) -> Ended:
        """Return what the source lists. Call it when no request is pending."""
        return Ended(self.source.name, self.complete, tuple(self.listed.values()))

    def follow(self, links: Iterable[Link], ask: Ask, title: str = "") -> Iterator[Ask]:
        """Yield the requests that follow from the links of a page. `title` is the title of that page."""
        links = list(links)
        alone = sum(link.leads_to == "document" for link in links) == 1
        for link in links:
            if link.url in self.seen or self.source.excludes(link.url):
                continue
            if link.leads_to == "next":
                yield from self._next(link, ask)
                continue
            self.seen.add(link.url)
            link = _named(link, ask, title, alone=alone)
            if link.leads_to == "document" or link.url in self.documents:
                yield from self._document(link, ask, title)
            elif ask.depth < self.source.depth or ask.what == "page":
                yield from self._either(link, ask)

    def _next(self, link: Link, ask: Ask) -> Iterator[Ask]:
        if ask.what != "page" or urlsplit(link.url).netloc != urlsplit(self.source.url).netloc:
            return
        self.seen.add(link.url)
        if self.read >= MOST_PAGES:
            self.fail(link.url, Trouble.TOO_MANY_PAGES, page=True)
            return
        self.read += 1
        yield Ask(link.url, "page", ask.depth, known=self.pages.get(link.url, Known()))

    def _document(self, link: Link, ask: Ask, fallback: str) -> Iterator[Ask]:
        document = self.found(link, fallback)
        if (kind := kind_of(self.source, document)) in self.source.leave_out and kind:
            self.notes.append(Noted(self.source.name, link.url, "left_out", kind))
            return
        known = self.documents.get(link.url, Known())
        if not known.due:
            return
        if self.only_list:
            self.notes.append(Noted(self.source.name, link.url, "would"))
            return
        yield Ask(link.url, "document", ask.depth + 1, link, known)

    def _either(self, link: Link, ask: Ask) -> Iterator[Ask]:
        """Follow a link that may be a document or a page about one. Pages are only read on the same site."""
        known = self.pages.get(link.url, Known())
        next_ask = Ask(link.url, "either", ask.depth + 1, link, known)
        if known.links and not known.due:
            yield from self.follow(known.links, next_ask)
        elif known.due:
            yield next_ask

    def found(self, link: Link, fallback: str = "") -> Listed:
        """Record a link that leads to a document as listed."""
        document = Listed(link.url, link.text, link.heading, link.published, fallback)
        return self.listed.setdefault(link.url, document)

    def may_read(self, url: str, ask: Ask) -> bool:
        """Return whether a page is close enough to the list, and on the same site."""
        same_site = urlsplit(url).netloc == urlsplit(self.source.url).netloc
        return ask.what == "page" or (same_site and 0 < ask.depth <= self.source.depth)

    def fail(self, url: str, trouble: Trouble, *, page: bool) -> None:
        """Record that an address could not be fetched."""
        self.complete = self.complete and not page
        self.notes.append(Failed(self.source.name, url, trouble, page))

    def taken_notes(self) -> list[Noted | Failed]:
        """Return the notes since the last call."""
        notes, self.notes = self.notes, []
        return notes


def _named(link: Link, ask: Ask, title: str, *, alone: bool) -> Link:
    """Name a link on a report's own page after the page, if it is the only link or its text says nothing."""
    via = ask.via
    if via is None or ask.what == "page":
        return link
    if alone or is_generic(cleaned(link.text)):
        text = via.text if not is_generic(cleaned(via.text)) else title or link.text
        return replace(link, text=text, heading=via.heading, published=via.published or link.published)
    return replace(link, heading=via.heading)
