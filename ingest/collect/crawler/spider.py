"""The spider: sends the requests that the walks ask for, and reports the results."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapy import Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import HtmlResponse, Request, Response
from scrapy.spidermiddlewares.httperror import HttpError

from corpus.disk.atomic import beside, write_atomic
from ingest.collect.addresses import Allowance, refusal
from ingest.collect.crawler.guard import INNER_NAMES, AskedToWait, NotAllowed
from ingest.collect.crawler.page_links import Page
from ingest.collect.crawler.walk import Ask, Walk
from ingest.collect.listing_rows import Listed
from ingest.collect.protocol import LONGEST, Fetched, Link, Noted, PageRead, to_json
from ingest.collect.troubles import Trouble

_LONGEST_PAGE = 5_000_000  # bytes of HTML that are parsed
_TURNS = 5  # consecutive redirects
_KINDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Trouble], ...] = (
    ((NotAllowed, UnsupportedURLSchemeError, ValueError), Trouble.NOT_ALLOWED),
    (AskedToWait, Trouble.ASKED_TO_WAIT),
    (IgnoreRequest, Trouble.ROBOTS),
    (CannotResolveHostError, Trouble.NO_SUCH_HOST),
    (DownloadTimeoutError, Trouble.TIMEOUT),
    (DownloadCancelledError, Trouble.TOO_LARGE),
    (DownloadConnectionRefusedError, Trouble.NO_CONNECTION),
    ((DownloadFailedError, ResponseDataLossError), Trouble.BROKEN_OFF),
)


@dataclass(frozen=True, slots=True)
class Output:
    """Where the spider sends its results: events to `emit`, PDFs to the folder `staging`.

    `refused` returns whether an address recently served a report that has been removed.
    """

    emit: Callable[[str], None]
    staging: Path
    refused: Callable[[str], bool]
    allowance: Allowance


class Listings(Spider):
    """All walks of a run. An address that several sources list is requested once."""

    name = "listings"
    custom_settings = None

    def __init__(self, walks: list[Walk], output: Output, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._walks = walks
        self._output = output
        self._waiting: dict[str, list[tuple[Walk, Ask]]] = {}
        self._fetched: dict[str, Callable[[Walk, Ask], None]] = {}

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for the list of each source."""
        for walk in self._walks:
            for request in self._requests(walk, iter([walk.start()])):
                yield request

    def answered(self, response: Response, walk: Walk, ask: Ask) -> Iterator[Request]:
        """Handle a response for every source that lists the address."""
        for each, own in self._waiting.pop(ask.url, [(walk, ask)]):
            yield from self._requests(each, self._taken(response, each, own), answered=True)

    def failed(self, failure: Any) -> Iterator[Request]:
        """Handle an address that could not be fetched."""
        walk, ask = failure.request.cb_kwargs["walk"], failure.request.cb_kwargs["ask"]
        trouble = _trouble(failure.value, failure.request)
        for each, own in self._waiting.pop(ask.url, [(walk, ask)]):
            self._fail(each, own, trouble)
            yield from self._requests(each, iter(()), answered=True)

    def _requests(self, walk: Walk, asks: Iterator[Ask], *, answered: bool = False) -> Iterator[Request]:
        """Send the walk's events and yield its requests.

        `answered` is True when one of its addresses has just been handled.
        """
        for ask in asks:
            if self._output.refused(ask.url):
                walk.notes.append(Noted(walk.source.name, ask.url, "not_wanted"))
                continue
            if refusal(ask.url, self._output.allowance):
                self._fail(walk, ask, Trouble.NOT_ALLOWED)
                continue
            walk.pending += 1
            if ask.url in self._waiting:
                self._waiting[ask.url].append((walk, ask))
            elif ask.url in self._fetched and ask.what != "page":
                self._fetched[ask.url](walk, ask)
                walk.pending -= 1
            else:
                self._waiting[ask.url] = [(walk, ask)]
                yield self._request(walk, ask)
        walk.pending -= answered
        for note in walk.taken_notes():
            self._output.emit(to_json(note))
        if walk.pending == 0:
            self._output.emit(to_json(walk.ended()))

    def _request(self, walk: Walk, ask: Ask) -> Request:
        headers = {"If-None-Match": ask.known.etag, "If-Modified-Since": ask.known.modified}
        given = {"walk": walk, "ask": ask}
        kept = {name: value for name, value in headers.items() if value}
        meta = {"handle_httpstatus_all": False, "handle_httpstatus_list": _ALL_BUT_REDIRECTS}
        priority = 10 if ask.what == "page" else 0
        return Request(
            ask.url,
            callback=self.answered,
            errback=self.failed,
            headers=kept,
            meta=meta,
            cb_kwargs=given,
            dont_filter=True,
            priority=priority,
        )

    def _taken(self, response: Response, walk: Walk, ask: Ask) -> Iterator[Ask]:
        """Yield the further requests that follow from a response."""
        status = response.status
        if status == 304:
            return self._unchanged(walk, ask)
        if status in (404, 410) and ask.what != "page":
            self._output.emit(to_json(Noted(walk.source.name, ask.url, "gone", str(status))))
            if ask.what == "either" and ask.url not in walk.documents:
                self._fail(walk, ask, Trouble.NOT_FOUND)
            return iter(())
        if status != 200:
            self._fail(walk, ask, _status_trouble(response))
            return iter(())
        return self._content(response, walk, ask)

    def _unchanged(self, walk: Walk, ask: Ask) -> Iterator[Ask]:
        if ask.what == "document" or ask.url in walk.documents:
            self._output.emit(to_json(Noted(walk.source.name, ask.url, "unchanged")))
            return iter(())
        self._output.emit(to_json(PageRead(walk.source.name, ask.url, ask.known.etag, ask.known.modified, None)))
        return walk.follow(ask.known.links, ask)

    def _content(self, response: Response, walk: Walk, ask: Ask) -> Iterator[Ask]:
        body = response.body
        if not body.strip():
            self._fail(walk, ask, Trouble.EMPTY)
        elif b"%PDF-" in body[:1024]:
            if ask.what == "page":
                self._fail(walk, ask, Trouble.NOT_A_PAGE)
            elif walk.only_list:
                self._output.emit(to_json(Noted(walk.source.name, ask.url, "would")))
                self._listed(walk, ask, "")
            else:
                self._keep(response, walk, ask)
        elif not re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<", body[:200]):
            self._fail(walk, ask, Trouble.NOT_A_PAGE if ask.what == "page" else Trouble.NOT_A_PDF)
        elif len(body) > _LONGEST_PAGE:
            self._fail(walk, ask, Trouble.TOO_LARGE)
        else:
            return self._page(response, walk, ask)
        return iter(())

    def _page(self, response: Response, walk: Walk, ask: Ask) -> Iterator[Ask]:
        page = _parsed(response, walk.source.links)
        trouble = page.trouble()
        if trouble or not walk.may_read(response.url, ask):
            if trouble or ask.what == "document":
                self._fail(walk, ask, trouble or Trouble.NOT_A_PDF)
            else:
                self._read(response, walk, ask, ())
            return
        links = page.links()
        if ask.what == "document" and not any(link.leads_to == "document" for link in links):
            self._fail(walk, ask, Trouble.NOT_A_PDF)
            return
        walk.listed.pop(ask.url, None)
        self._read(response, walk, ask, links, page.site, whole=not page.truncated)
        if page.truncated:
            self._fail(walk, ask, Trouble.TOO_MANY_LINKS, page=True)
        yield from walk.follow(links, ask, "" if ask.what == "page" else page.title)

    def _read(
        self, response: Response, walk: Walk, ask: Ask, links: Any, site: str = "", *, whole: bool = True
    ) -> None:
        """Report the links of a page.

        With `whole=False`, the page was not read in full and will be read again on each run.
        """
        validators = _validators(response) if whole else ("", "")
        self._output.emit(to_json(PageRead(walk.source.name, ask.url, *validators, tuple(links), site)))

    def _listed(self, walk: Walk, ask: Ask, file: str) -> Listed:
        """Return a document as the source lists it. `file` is the name to use if the source does not give one."""
        document = walk.found(ask.via or Link(ask.url, "", "document"), file)
        if not document.title and file:
            document = walk.listed[ask.url] = replace(document, fallback=file)
        return document

    def _keep(self, response: Response, walk: Walk, ask: Ask) -> None:
        """Write a PDF to the staging folder with its event next to it. Both outlive this process."""
        report = hashlib.sha256(response.body).hexdigest()
        path = self._output.staging / f"{report}.pdf"
        with beside(path) as fresh:
            fresh.write_bytes(response.body)
        file, size, validators = _file_name(response), len(response.body), _validators(response)
        at = datetime.now(UTC).isoformat(timespec="seconds")

        def tell(walk: Walk, ask: Ask) -> None:
            document = self._listed(walk, ask, file)
            fetched = Fetched(walk.source.name, document, report, size, *validators, at)
            name = hashlib.sha256(f"{walk.source.name} {ask.url}".encode()).hexdigest()
            write_atomic(self._output.staging / f"{name}.json", to_json(fetched).encode())
            self._output.emit(to_json(fetched))

        tell(walk, ask)
        self._fetched[ask.url] = tell

    def _fail(self, walk: Walk, ask: Ask, trouble: Trouble, *, page: bool | None = None) -> None:
        known_document = ask.url in walk.documents or ask.what == "document"
        walk.fail(ask.url, trouble, page=not known_document if page is None else page)


_ALL_BUT_REDIRECTS = [status for status in range(200, 600) if status not in (301, 302, 303, 307, 308)]


def _parsed(response: Response, pattern: str | None) -> Page:
    """Parse a response as a page, whatever content type the server declared."""
    text = HtmlResponse(response.url, headers=response.headers, body=response.body).text
    return Page(text.replace("\x00", ""), response.url, pattern)


def _validators(response: Response) -> tuple[str, str]:
    """Return the ETag and Last-Modified headers. A header that is too long is left empty."""
    told = ((response.headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified"))
    etag, modified = (value if len(value) <= 300 and value.isprintable() else "" for value in told)
    return etag, modified


def _file_name(response: Response) -> str:
    """Return the file name that the server gives, or the last part of the address. It is only ever shown as a title."""
    message = Message()
    message["Content-Disposition"] = (response.headers.get("Content-Disposition") or b"").decode("latin-1")
    name = message.get_filename() or unquote(PurePosixPath(urlsplit(response.url).path).name)
    name = re.split(r"[/\\]", name)[-1]
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f_]", " ", name).split())[:LONGEST]


def _status_trouble(response: Response) -> Trouble:
    status = response.status
    if status in (301, 302, 303, 307, 308):  # the engine follows all others
        return Trouble.NOT_ALLOWED
    if status == 429 or (status == 503 and b"Retry-After" in response.headers):
        return Trouble.ASKED_TO_WAIT
    if status in (404, 410):
        return Trouble.NOT_FOUND
    return Trouble.SERVER_ERROR if status >= 500 else Trouble.FORBIDDEN


def _trouble(error: Exception, request: Request) -> Trouble:
    if isinstance(error, HttpError):
        return _status_trouble(error.response)
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        reasons = getattr(cause, "reasons", None) or ()
        causes += [each.value for each in reasons if hasattr(each, "value")]
        cause = cause.__cause__
    if any(isinstance(each, PermissionError) for each in causes) or urlsplit(request.url).hostname in INNER_NAMES:
        return Trouble.NOT_ALLOWED
    if any(type(each).__module__.split(".")[0] in ("OpenSSL", "service_identity") for each in causes):
        return Trouble.CERTIFICATE
    if type(error) is IgnoreRequest and request.meta.get("redirect_times", 0) >= _TURNS:
        return Trouble.REDIRECTS
    return next((trouble for kinds, trouble in _KINDS if isinstance(error, kinds)), Trouble.NO_CONNECTION)
