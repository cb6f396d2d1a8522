"""Stop the crawler from requesting addresses that are not public, or sites that asked it to stop.

There are three checks: on the URL of every request, including redirects and robots.txt; on the IP address that the host
name resolves to, which is the one connected to; and on every connection that any code in this process opens.
"""

import errno
import sys
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from ingest.collect.addresses import Allowance, is_public, refusal

INNER_NAMES: set[str] = set()
"""Names that resolve to an address that is not public. For these, the engine only reports that it found no address."""

_LONGEST_DELAY = 60.0  # seconds that a robots.txt may ask for between two requests


class NotAllowed(IgnoreRequest):
    """Raised when an address may not be requested."""


class AskedToWait(IgnoreRequest):
    """Raised when the site has asked the crawler to stop for the rest of this run."""


class Guard:
    """A downloader middleware. It comes first, so that it sees every request before it is sent."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allowance: Allowance = crawler.settings["COLLECT_ALLOWANCE"]
        self._waiting: set[str] = set()
        self._delays: dict[str, float] = {}
        crawler.signals.connect(self._robots_read, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Guard":
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if why := refusal(request.url, self._allowance):
            raise NotAllowed(why)
        site = urlsplit(request.url).netloc
        if site in self._waiting:
            raise AskedToWait(site)
        if site in self._delays:
            request.meta["autothrottle_dont_adjust_delay"] = True

    def process_response(self, request: Request, response: Response) -> Response:
        site = urlsplit(request.url).netloc
        if response.status == 429 or (response.status == 503 and b"Retry-After" in response.headers):
            self._waiting.add(site)
        if request.meta.get("dont_obey_robotstxt"):  # the engine's own request for robots.txt, RFC 9309, 2.3.1
            if response.status >= 500 or response.status == 429:
                return response.replace(body=b"User-agent: *\nDisallow: /\n")
            if response.status >= 400:
                return response.replace(body=b"")
        return response

    def _robots_read(self, robotparser: Any, request: Request) -> None:
        """Apply the crawl delay in robots.txt if it is longer than the default delay."""
        asked = robotparser.crawl_delay(self._crawler.settings["ROBOTSTXT_USER_AGENT"]) or 0.0
        engine = self._crawler.engine
        slot = engine.downloader.slots.get(urlsplit(request.url).hostname or "")
        if slot is not None and asked > slot.delay:
            self._delays[urlsplit(request.url).netloc] = slot.delay = min(asked, _LONGEST_DELAY)


class PublicResolver(CachingThreadedResolver):
    """Resolve host names to public addresses only. The connection uses the address that this returns."""

    def __init__(self, reactor: Any, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allowance = Allowance()
        self._asked: dict[str, int] = defaultdict(int)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> "PublicResolver":
        resolver = super().from_crawler(crawler, reactor)
        resolver._allowance = crawler.settings["COLLECT_ALLOWANCE"]
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> "defer.Deferred[str]":  # noqa: N802 - Twisted's name
        names = self._allowance.names
        if name in names:
            self._asked[name] += 1
            found = defer.succeed(names[name][min(self._asked[name], len(names[name])) - 1])
        elif names:  # a test does not query the DNS
            return defer.fail(DNSLookupError(name))
        else:
            found = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if is_public(address, 0) or address in {host for host, _ in self._allowance.places}:
            return address
        INNER_NAMES.add(name)
        raise DNSLookupError(f"{name} is not a public address")


def keep_to_public_addresses(allowance: Allowance) -> None:
    """Prevent all code in this process from connecting to an address that is not public. This cannot be undone."""

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = given[1]
            if not isinstance(address, tuple) or not is_public(str(address[0]), int(address[1]), allowance):
                raise PermissionError(errno.EACCES, "not a public address")
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
            raise PermissionError(errno.EACCES, f"{event} is not allowed here")

    sys.addaudithook(look)
