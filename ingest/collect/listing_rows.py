"""Turn a board's page into catalogue rows, one for each document that it lists."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.collect.link_text import cleaned, is_generic
from ingest.collect.listing_terms import TitleFacts, title_facts
from ingest.collect.sources import Source


@dataclass(frozen=True, slots=True)
class Listed:
    """A document on a page.

    `text` is the text of its link and `heading` the heading above it. `published` is a date such as 2020-11-19, or "".
    `fallback` is the name from its landing page or file, used when the link only says "Download".
    """

    url: str
    text: str
    heading: str = ""
    published: str = ""
    fallback: str = ""

    @property
    def title(self) -> str:
        """The document's title on the page, or "" if the page does not give one."""
        title = cleaned(self.text)
        if is_generic(title):
            title = cleaned(self.fallback)
        return "" if is_generic(title) else title


def kind_of(source: Source, listed: Listed) -> str:
    """Return the kind of document, if the page shows it."""
    return title_facts(listed.title, listed.heading, source.area).kind


def rows(source: Source, documents: Sequence[Listed]) -> dict[str, dict[str, str]]:
    """Return the filled cells of each document's row, by address. The keys are columns of the catalogue."""
    known = {each.url: title_facts(each.title, each.heading, source.area) for each in documents}
    cases = _cases(source, known)
    found: dict[str, dict[str, str]] = {}
    for each in documents:
        what = known[each.url]
        cells = {
            "title": each.title,
            "board": what.board or ("" if what.national else source.board),
            "area": what.area,
            "child": what.child,
            "kind": what.kind,
            "type": what.type,
            "year": what.year,
            "published": each.published,
            "case": cases.get(each.url, ""),
            "url": each.url,
            "notes": f"listed by {source.name}" + (f" under: {each.heading}" if each.heading else ""),
        }
        found.setdefault(each.url, {column: cell for column, cell in cells.items() if cell})
    return found


def _cases(source: Source, known: Mapping[str, TitleFacts]) -> dict[str, str]:
    """Return the case of each document that concerns the same child as another on the page, by address.

    `Knowsley / Child Y / 2019` has the year if all of the documents have the same one. `Baby P / first review` says
    which review it is, if a title does.
    """
    together: dict[tuple[str, bool, str], list[str]] = defaultdict(list)
    for url, what in known.items():
        if what.child:
            together[what.child.casefold(), what.national, what.area if what.national else ""].append(url)
    cases: dict[str, str] = {}
    for urls in together.values():
        if len(urls) < 2:
            continue
        years = Counter(known[url].year for url in urls)
        common = next(iter(years)) if len(years) == 1 else ""
        for url in urls:
            what = known[url]
            place = what.area if what.national else source.board or source.area
            which = f"{what.ordinal} review" if what.ordinal else common
            cases[url] = " / ".join(filter(None, (place, what.child, which)))
    return cases
