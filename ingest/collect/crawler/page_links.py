"""Extract the links of a page that may lead to reports, in page order, each with the heading above it."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from parsel import Selector
from w3lib.url import safe_url_string

from ingest.collect.link_text import cleaned, date_beside, is_generic
from ingest.collect.protocol import LONGEST, MOST_LINKS, Link
from ingest.collect.troubles import Trouble

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "summary", "caption", "dt", "legend"))
_ROWS = ("li", "tr", "p", "dd")
_AROUND = re.compile(r"\b(?:nav|menu|breadcrumbs?|cookies?|footer|skip)\b", re.IGNORECASE)
_PAGER = re.compile(r"\b(?:pagination|pager|page-numbers?)\b", re.IGNORECASE)
_NEXT = re.compile(r"(?:next(?: page)?|older|[›»>]+|\d{1,3})(?:\s*[›»>]+)?", re.IGNORECASE)
_PDF = re.compile(r"\.pdf(?:$|[?&/#;])|\bpdf\b", re.IGNORECASE)
_HANDLER = re.compile(
    r"/(?:downloads?|media|documents?|assets?|files?|attachments?|getmedia|asset-library|-/media)/|sfvrsn=|\.ashx"
    r"|(?:get|download|view)(?:asset|document|file|doc|attachment)?\.?(?:aspx|php)?[?/=]"
    r"|[?&](?:file|document|doc|asset)(?:id)?=",
    re.IGNORECASE,
)
_OTHER_FILE = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|odt|ods|rtf|txt|csv|jpe?g|png|gif|svg|mp[34]|mov|avi|zip|ics|css|js|xml|rss)$",
    re.IGNORECASE,
)
_LIKE_A_REVIEW = re.compile(
    r"\breviews?\b|\bL?C?SCRs?\b|\bL?C?SPRs?\b|overview report|executive summary|\bfinal report\b|\bresponse to\b"
    r"|\b(?:child(?:ren)?|baby|family|nursery|young person) [A-Z]|briefing|adolygiad",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"\b404\b|\b(?:page|file|document|content)\b.{0,20}\b(?:not|n['’]t|no longer)\b.{0,5}\b(?:found|available|exist)"
    r"|\bnot found\b|\bpage has been removed\b",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(r"/(?:login|log-in|signin|sign-in|account/login|idp|sso|adfs)\b", re.IGNORECASE)


class Page:
    """A page as received. `base` is its address. `pattern` is what the addresses of links must contain, or None."""

    def __init__(self, body: str, base: str, pattern: str | None) -> None:
        self._tree: Any = Selector(body, type="html", huge_tree=False).root
        self._base = base
        self._pattern = re.compile(pattern) if pattern else None
        self.truncated = False

    @property
    def title(self) -> str:
        """The first heading, or the text of the <title> element."""
        found = self._tree.xpath("//h1 | //title")
        first = sorted(found, key=lambda each: each.tag != "h1")
        return _text(first[0]) if first else ""

    @property
    def site(self) -> str:
        """The name of the site, as given in the page."""
        named = self._tree.xpath("//meta[@property='og:site_name']/@content")
        if named:
            return _clean(str(named[0]))
        title = self._tree.xpath("string(//title)")
        return _clean(re.split(r"\s[|–—-]\s", str(title))[-1])

    def trouble(self) -> Trouble | None:
        """Return the problem with a page that was sent instead of the requested one, or None."""
        if self._tree.xpath("//input[@type='password']") or _SIGN_IN.search(urlsplit(self._base).path):
            return Trouble.LOG_IN
        said = [self.title, str(self._tree.xpath("string(//title)"))]
        return Trouble.SAYS_NOT_FOUND if any(_NOT_FOUND.search(each) for each in said) else None

    def links(self) -> list[Link]:
        """Return the links that may lead to reports, each address once.

        Sets `truncated` if there are more than the limit.
        """
        found: dict[str, Link] = {}
        for number, (element, heading) in enumerate(self._anchors()):
            if number >= MOST_LINKS:
                self.truncated = True
                break
            link = self._link(element, heading)
            if link and (link.url not in found or is_generic(cleaned(found[link.url].text))):
                found[link.url] = link
        return list(found.values())

    def _anchors(self) -> Iterator[tuple[Any, str]]:
        """Yield every link that has a target, with the heading above it."""
        heading = ""
        for element in self._tree.iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag in _HEADINGS or _opens_a_part(element):
                # A heading may itself be the link.
                heading = _text(element)[:LONGEST] if not element.xpath(".//a[@href]") else heading
            if element.tag == "a" and element.get("href"):
                yield element, heading

    def _link(self, element: Any, heading: str) -> Link | None:
        url = self._absolute(element.get("href"))
        if url is None:
            return None
        text = (_text(element) or _clean(element.get("title") or element.get("aria-label") or ""))[:LONGEST]
        if _is_next(element, text):
            return Link(url, text, "next")
        if _is_around(element) or _OTHER_FILE.search(urlsplit(url).path):
            return None
        beside = _beside(element)
        if is_generic(cleaned(text)):
            text = _clean(element.get("title") or element.get("aria-label") or "") or _first_words(element) or text
        if self._pattern and not self._pattern.search(url):
            return None
        leads_to = self._leads_to(url, f"{_text(element)} {heading}", text)
        return Link(url, text[:LONGEST], leads_to, heading, date_beside(beside)) if leads_to else None

    def _leads_to(self, url: str, words: str, text: str) -> str | None:
        path = unquote(urlsplit(url).path)
        if _PDF.search(path) or _PDF.search(urlsplit(url).query) or re.search(r"\bPDF\b", words):
            return "document"
        if _HANDLER.search(url):
            return "document"
        return "either" if self._pattern or _LIKE_A_REVIEW.search(text) else None

    def _absolute(self, href: str) -> str | None:
        try:
            url = safe_url_string(urldefrag(urljoin(self._base, href.strip())).url)
        except ValueError:
            return None
        scheme = url.partition(":")[0].lower()
        if scheme in ("mailto", "tel", "javascript", "data", "sms", "about") or url == urldefrag(self._base).url:
            return None
        return url if len(url) <= LONGEST and ":" in url else None


def _is_next(element: Any, text: str) -> bool:
    if (element.get("rel") or "").lower() == "next":
        return True
    near = [element, *list(element.iterancestors())[:4]]
    words = " ".join(f"{each.get('class') or ''} {each.get('aria-label') or ''}" for each in near)
    return bool(_PAGER.search(words) and _NEXT.fullmatch(cleaned(text) or text.strip()))


def _is_around(element: Any) -> bool:
    """Return whether a link belongs to the site's navigation rather than to the content of the page."""
    for each in element.iterancestors():
        if each.tag in ("nav", "header", "footer") or each.get("role") in ("navigation", "banner", "contentinfo"):
            return True
        if each.tag in ("div", "ul", "section") and _AROUND.search(f"{each.get('class') or ''} {each.get('id') or ''}"):
            return True
    return False


def _opens_a_part(element: Any) -> bool:
    """Return whether the element is a control that expands a section of the page."""
    return element.tag == "button" and element.get("aria-expanded") is not None


def _row(element: Any) -> Any | None:
    """Return the list item, table row or paragraph that contains a link, or None."""
    return next((each for each in element.iterancestors() if each.tag in _ROWS), None)


def _beside(element: Any) -> str:
    """Return the text next to a link, in the same row or in the next cell."""
    row = _row(element)
    if row is None:
        return ""
    cells = [_text(cell) for cell in row.iterchildren() if cell is not element] if row.tag == "tr" else []
    dates = [cell for cell in cells if date_beside(cell)]
    return dates[0] if dates else _text(row).replace(_text(element), " ", 1)


def _first_words(element: Any) -> str:
    """Return the text of the first cell of a row, to name a link that only says "Download"."""
    row = _row(element)
    if row is None:
        return ""
    words = (
        [_text(cell) for cell in row.iterchildren()] if row.tag == "tr" else [_text(row).replace(_text(element), " ")]
    )
    told = [each for each in words if each and not is_generic(cleaned(each)) and not date_beside(each)]
    return told[0] if told else ""


def _text(element: Any) -> str:
    return _clean(str(element.xpath("string()")))


def _clean(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
