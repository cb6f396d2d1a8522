"""The search in the address of a page: read the query, filters and order from the parameters, and write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Unpack
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from corpus.errors import UsageError
from corpus.themes import Themes
from index.query import And, Field, In, Near, Not, Or, Query, Theme, Word
from reviews.web.context import home, local
from search import years
from search.filters import EVERYTHING, FILTERS, Filters
from search.parsing.parser import parse
from search.parsing.plain_words import as_meant
from search.request import SearchOptions, SearchRequest, Sort

SORTS: dict[Sort, str] = {
    "relevance": "Best match first",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "mentions": "Most mentions first",
}
View = Literal["passages", "reports", "recommendations"]
VIEWS: dict[View, str] = {"passages": "Passages", "reports": "Reports", "recommendations": "Recommendations"}
PER_PAGE = 10
_MOST = 100
_LONGEST = 300  # characters in the value of a filter; no board has a longer name
_VALUES = 50  # maximum values of one filter
_FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True, "on": True}


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """One search, as in the address of a page.

    `page` is 1-based. `together` restricts it to reports with the words together. `meaning` adds passages in other
    words. `back` is where the link back to the answer leads, on these pages.
    """

    text: str = ""
    filters: Filters = EVERYTHING
    sort: Sort = "relevance"
    page: int = 1
    limit: int = PER_PAGE
    exact: bool = False
    together: bool = False
    view: View = "reports"
    meaning: bool = False
    back: str = ""

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> SearchParameters:
        """Read the parameters. Raises UsageError for an invalid value; unknown names are ignored."""
        wanted = given.get("sort") or "relevance"
        sort = next((name for name in SORTS if name == wanted), None)
        if sort is None:
            raise UsageError(f"There is no order called {wanted[:40]!r}. The orders are: {', '.join(SORTS)}.")
        return cls(
            text=given.get("q", ""),
            filters=filters_of(given),
            sort=sort,
            page=page_of(given),
            limit=_number(given, "limit", 1, _MOST) or PER_PAGE,
            exact=_flag(given, "exact"),
            together=_flag(given, "together"),
            view=_view(given.get("view") or "reports"),
            meaning=_flag(given, "meaning"),
            back=local(given.get("back", "")),
        )

    @property
    def filtered(self) -> bool:
        return self.filters != EVERYTHING

    @property
    def first(self) -> int | None:
        """The first year of the filter."""
        return self.filters.years[0] if self.filters.years else None

    @property
    def last(self) -> int | None:
        """The last year of the filter."""
        return self.filters.years[1] if self.filters.years else None

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit

    def request(self, themes: Themes, **changes: Unpack[SearchOptions]) -> SearchRequest:
        """Return the search request for this page, with changes."""
        options: SearchOptions = {
            "sort": self.sort,
            "limit": self.limit,
            "offset": self.offset,
            "together": self.together,
            "view": "passages" if self.view == "passages" else "reports",
            **changes,
        }
        return SearchRequest(self.wording(themes), self.filters, **options)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of this search, in a fixed order, without default values."""
        found = [("q", self.text)] if self.text else []
        found += pairs_of(self.filters)
        found += [("exact", "1")] if self.exact else []
        found += [("together", "1")] if self.together else []
        found += [("meaning", "1")] if self.meaning else []
        found += [("view", self.view)] if self.view != "reports" else []
        found += [("sort", self.sort)] if self.sort != "relevance" else []
        found += [("limit", str(self.limit))] if self.limit != PER_PAGE else []
        found += [("page", str(self.page))] if self.page != 1 else []
        found += [("back", self.back)] if self.back else []
        return found

    def query(self, **changes: Any) -> str:
        """Return the query string of this search with changes. It leads to the first page unless `page` is given."""
        changed = replace(self, **{"page": 1, **changes})
        pairs = changed.pairs()
        return "?" + urlencode(pairs, errors="replace") if pairs else ""

    def inside(self, path: str = "", **changes: Any) -> str:
        """Return the query string of the same search inside one report.

        `path` is the answer that it leads back to, such as "/"; without it, the link back stays the same. `changes` are
        additional parameters.
        """
        only = Filters(sections=self.filters.sections)
        back = path + self.query(page=self.page) if path else self.back
        pairs = SearchParameters(text=self.text, filters=only, exact=self.exact, back=back).pairs()
        pairs += [(name, str(value)) for name, value in changes.items()]
        return "?" + urlencode(pairs, errors="replace") if pairs else ""

    def inner(self) -> list[tuple[str, str]]:
        """Return the parameters of a search inside one report, without its words."""
        only = Filters(sections=self.filters.sections)
        return SearchParameters(filters=only, exact=self.exact, back=self.back).pairs()

    def way_back(self) -> str:
        """Return the address of the answer that led here or, if unknown, of a search of all reports for the same
        words.
        """
        return home() + (self.back or "/" + SearchParameters(text=self.text, exact=self.exact).query())

    def wording(self, themes: Themes) -> str:
        """Return the query as typed, or with every word exact."""

        def theme(name: str) -> tuple[str, tuple[str, ...]] | None:
            found = themes.find(name)
            return (found.name, found.queries) if found else None

        return str(exactly(as_meant(parse(self.text, theme, ())).tree)) if self.exact else self.text


def exactly(query: Query) -> Query:
    """Return the query with every word exact, so that other forms are not found."""
    match query:
        case Word(text):
            return Word(text, exact=True)
        case And(parts):
            return type(query)(tuple(exactly(part) for part in parts))
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


def filters_of(given: MultiDict[str, str]) -> Filters:
    """Read the filters from the parameters. The form sends `from` and `to` instead of `year`. Raises UsageError."""
    typed = {each.name: _values(given, each.name) for each in FILTERS}
    first, last = (years.one(year) if (year := given.get(name, "").strip()) else None for name in ("from", "to"))
    if first or last:
        if typed["year"]:
            raise UsageError("The years are given twice. Use either `year`, or `from` and `to`.")
        typed["year"] = (f"{first or ''}..{last or ''}",)
    return Filters.read(typed)


def pairs_of(filters: Filters) -> list[tuple[str, str]]:
    """Return the parameters of some filters."""
    found = [(name, value) for name, values in filters.typed().items() if name != "year" for value in values]
    return found + [(name, str(year)) for name, year in zip(("from", "to"), filters.years or (), strict=False) if year]


def labels(filters: Filters) -> list[tuple[str, Filters]]:
    """Return the label of each filter in use, with the filters that remain without it."""
    typed = filters.typed()
    found = [
        (each.chip.format(value), filters.without(each.name, value))
        for each in FILTERS
        if each.several
        for value in typed.get(each.name, ())
    ]
    first, last = filters.years or (None, None)
    if first:
        found.append((f"from {first}", replace(filters, years=(None, last))))
    if last:
        found.append((f"to {last}", replace(filters, years=(first, None))))
    return found


def _values(given: MultiDict[str, str], name: str) -> tuple[str, ...]:
    values: Sequence[str] = [value.strip() for value in given.getlist(name)]
    if len(values) > _VALUES or any(len(value) > _LONGEST for value in values):
        raise UsageError(f"`{name}` has too many values, or one that is too long. Choose fewer.")
    return tuple(dict.fromkeys(value for value in values if value))


def _view(wanted: str) -> View:
    found = next((view for view in VIEWS if view == wanted), None)
    if found is None:
        raise UsageError(f"There is no view called {wanted[:40]!r}. The views are: {', '.join(VIEWS)}.")
    return found


def page_of(given: MultiDict[str, str]) -> int:
    """Return the page number of a list (1-based). Raises UsageError."""
    return _number(given, "page", 1, 100_000) or 1


def passages_of(given: MultiDict[str, str]) -> int | None:
    """Return how many passages to show of each report, or None for every mention. Raises UsageError."""
    if given.get("passages", "").strip() == "all":
        return None
    wanted = _number(given, "passages", 0, _MOST)
    return SearchRequest("").per_report if wanted is None else wanted


def _flag(given: MultiDict[str, str], name: str) -> bool:
    wanted = given.get(name, "").strip().lower()
    if wanted not in _FLAGS:
        raise UsageError(f"`{name}` is {wanted[:20]!r}. It must be 1 or 0.")
    return _FLAGS[wanted]


def _number(given: MultiDict[str, str], name: str, least: int, most: int) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise UsageError(f"`{name}` is {text[:20]!r}. It must be a whole number from {least} to {most}.")
    return int(text)
