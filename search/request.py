"""One search: the query, its filters, and which part of the answer is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, TypedDict, Unpack, get_args

from corpus.errors import UsageError
from search.filters import EVERYTHING, Filters

Sort = Literal["relevance", "newest", "oldest", "mentions"]
Group = Literal["case", "none"]
View = Literal["reports", "passages"]


class SearchOptions(TypedDict, total=False):
    """The fields of a SearchRequest that have defaults, as keywords. See SearchRequest for their meaning."""

    sort: Sort
    limit: int | None
    offset: int
    per_report: int | None
    group: Group
    explain: bool
    facets: bool
    together: bool
    most: bool | None
    view: View
    meaning: bool


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search, as every caller makes it. Raises UsageError for an invalid value.

    `limit` and `offset` select the page of hits; with limit None, all are returned. `per_report` is the number of
    passages per hit, or None for every mention in order. `group`: "case" puts the hits of one case together, at the
    position of the best of them. `explain`: also say why each hit has its position. `facets`: also count the hits by
    year, board and so on. `together`: for plain words, return only reports that have them all in one paragraph. `most`:
    for three or more plain words, also list reports that have most of them; with None, only if no report has all.
    `view`: "passages" lists paragraphs of all reports, best first, instead of reports, and limit and offset then count
    paragraphs. `meaning`: also list passages that a language model finds near; the answer itself does not change.
    """

    query: str
    filters: Filters = EVERYTHING
    sort: Sort = "relevance"
    limit: int | None = 10
    offset: int = 0
    per_report: int | None = 3
    group: Group = "case"
    explain: bool = False
    facets: bool = True
    together: bool = False
    most: bool | None = None
    view: View = "reports"
    meaning: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.filters, Filters):
            raise UsageError(
                f"`filters` must be a Filters, such as Filters(years=(2015, None)), not {_shown(self.filters)}."
            )
        if not isinstance(self.query, str):
            raise UsageError(f"`query` must be text, and {_shown(self.query)} is not.")
        _check_choice("sort", self.sort, get_args(Sort))
        _check_choice("group", self.group, get_args(Group))
        _check_choice("view", self.view, get_args(View))
        _check_number("offset", self.offset)
        if self.limit is not None:
            _check_number("limit", self.limit, " or None for all hits")
        if self.per_report is not None:
            _check_number("per_report", self.per_report, " or None for every mention")

    @classmethod
    def everything(cls, query: str, filters: Filters = EVERYTHING, **options: Unpack[SearchOptions]) -> Self:
        """Return a request for all hits with every mention, unless the options say otherwise."""
        unlimited: SearchOptions = {"limit": None, "per_report": None, "most": False, **options}
        return cls(query, filters, **unlimited)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"`{name}` cannot be {_shown(value)}. Choose one of: {', '.join(choices)}.")


def _check_number(name: str, value: object, alternative: str = "") -> None:
    if not isinstance(value, int) or value < 0:
        raise UsageError(f"`{name}` must be a whole number from 0{alternative}, and {_shown(value)} is not.")


def _shown(value: object) -> str:
    return repr(value)[:40]
