"""What was asked for in the address of a page: the query and its filters, from the parameters and back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from corpus.errors import UsageError
from corpus.themes import Themes
from index.query import And, Field, In, Near, Not, Or, Query, Theme, Word
from search.filters import Filters, section_kind
from search.parsing.parser import parse
from search.searcher import Sort

SORTS: dict[Sort, str] = {
    "relevance": "Best answer first",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "mentions": "Most mentions first",
}
PER_PAGE = 10
_MOST = 100
_LONGEST = 300  # characters of a filter's value: no board has a longer name
_VALUES = 50  # of one filter


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as the page's address has it. page: 1-based; first, last: years, both included."""

    text: str = ""
    boards: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    sort: Sort = "relevance"
    page: int = 1
    limit: int = PER_PAGE
    exact: bool = False

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Asked:
        """From the parameters. Raises UsageError for a value that means nothing; unknown names are passed over."""
        wanted = given.get("sort") or "relevance"
        sort = next((name for name in SORTS if name == wanted), None)
        if sort is None:
            raise UsageError(f"There is no order called {wanted[:40]!r}. There are: {', '.join(SORTS)}.")
        first, last = _number(given, "from", 1000, 9999), _number(given, "to", 1000, 9999)
        if first and last and first > last:
            raise UsageError(f"No year lies between {first} and {last}. Put the earlier year first.")
        return cls(
            text=given.get("q", ""),
            boards=_values(given, "board"),
            areas=_values(given, "area"),
            kinds=_values(given, "kind"),
            types=_values(given, "type"),
            sections=tuple(dict.fromkeys(section_kind(name) for name in _values(given, "section"))),
            themes=_values(given, "theme"),
            first=first,
            last=last,
            sort=sort,
            page=_number(given, "page", 1, 100_000) or 1,
            limit=_number(given, "limit", 1, _MOST) or PER_PAGE,
            exact=given.get("exact", "") not in ("", "0", "false"),
        )

    @property
    def filters(self) -> Filters:
        """As the library takes them."""
        years = (self.first, self.last) if self.first or self.last else None
        return Filters(
            years=years,
            boards=self.boards,
            areas=self.areas,
            kinds=self.kinds,
            types=self.types,
            sections=self.sections,
            themes=self.themes,
        )

    @property
    def filtered(self) -> bool:
        return self.filters != Filters()

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say this, in a fixed order, defaults left out."""
        found = [("q", self.text)] if self.text else []
        for name, values in (
            ("board", self.boards),
            ("area", self.areas),
            ("kind", self.kinds),
            ("type", self.types),
            ("section", self.sections),
            ("theme", self.themes),
        ):
            found += [(name, value) for value in values]
        found += [(name, str(year)) for name, year in (("from", self.first), ("to", self.last)) if year]
        found += [("exact", "1")] if self.exact else []
        found += [("sort", self.sort)] if self.sort != "relevance" else []
        found += [("limit", str(self.limit))] if self.limit != PER_PAGE else []
        found += [("page", str(self.page))] if self.page != 1 else []
        return found

    def query(self, **changes: Any) -> str:
        """The part of an address that asks this, with changes; a changed filter begins at the first page again."""
        changed = replace(self, **{"page": 1, **changes})
        pairs = changed.pairs()
        return "?" + urlencode(pairs, errors="replace") if pairs else ""

    def without(self, name: str, value: str) -> str:
        """The same question without one value of a filter."""
        return self.query(**{name: tuple(each for each in getattr(self, name) if each != value)})

    def wording(self, themes: Themes) -> str:
        """The text to search for: as typed or, if asked so, with every word exactly as written."""

        def theme(name: str) -> tuple[str, tuple[str, ...]] | None:
            found = themes.find(name)
            return (found.name, found.queries) if found else None

        return str(exactly(parse(self.text, theme, ()).tree)) if self.exact else self.text


def exactly(query: Query) -> Query:
    """The query with every word only as it is written, none of its other forms."""
    match query:
        case Word(text):
            return Word(text, exact=True)
        case And(parts):
            return And(tuple(exactly(part) for part in parts))
        case Or(parts):
            return Or(tuple(exactly(part) for part in parts))
        case Not(part):
            return Not(exactly(part))
        case In(kind, part):
            return In(kind, exactly(part))
        case Near(left, right, distance):
            return Near(exactly(left), exactly(right), distance)
        case Theme() | Field() | _:
            return query


def _values(given: MultiDict[str, str], name: str) -> tuple[str, ...]:
    values: Sequence[str] = [value.strip() for value in given.getlist(name)]
    if len(values) > _VALUES or any(len(value) > _LONGEST for value in values):
        raise UsageError(f"`{name}` has too many values or too long a one. Choose fewer.")
    return tuple(dict.fromkeys(value for value in values if value))


def _number(given: MultiDict[str, str], name: str, least: int, most: int) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise UsageError(f"`{name}` must be a whole number from {least} to {most}, and {text[:20]!r} is not.")
    return int(text)
