"""The filters that narrow an answer.

Each is declared once, as a field of `Filters`. The command options, sheet columns, page parameters and check boxes, the
OpenAPI description, the search log and the documentation are generated from `FILTERS`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, Self

from corpus.errors import UsageError
from corpus.model import SectionKind
from search import years as year_parser
from search.parsing.section_names import section_kind
from search.years import Span


@dataclass(frozen=True, slots=True)
class Filter:
    """The declaration of one filter.

    `name` is used for the option, the column, the parameter and the log; for a "value" filter it is also the field of a
    report. `matches` says what is compared: "value" a field of the report, "years" its year, "words" the section of the
    query's words, "theme" the themes that occur in it, "copies" whether near-duplicates count once. `help` describes
    what it keeps, as a sentence. `label` is its heading on the page, and `chip` how one value is shown there. `also`
    are other names of the column in a sheet. `choices` are all possible values, if there are few. `attribute` is its
    field of `Filters`.
    """

    name: str
    help: str
    label: str
    matches: Literal["value", "years", "words", "theme", "copies"] = "value"
    chip: str = "{}"
    also: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    attribute: str = ""

    @property
    def several(self) -> bool:
        """Whether the filter takes several values, any of which may match."""
        return self.matches != "years"

    def checked(self, given: Any) -> Any:
        """Return the values in the form that `Filters` uses. Raises UsageError for an invalid value."""
        if self.matches == "years":
            return year_parser.checked(given)
        read = section_kind if self.matches == "words" else str.strip
        values = _listed(given) if isinstance(given, Iterable) else [given]
        wrong = next((value for value in values if not isinstance(value, str)), None)
        if wrong is not None:
            raise UsageError(f"`{self.name}` takes text, and {repr(wrong)[:40]} is not text.")
        if self.matches == "copies" and not all(value.strip() in ("", *self.choices) for value in values):
            raise UsageError(
                f"`{self.name}` can only be {' or '.join(self.choices)}. Leave it out to count every report."
            )
        return tuple(dict.fromkeys(read(value) for value in values if value.strip()))


def _listed(given: str | Iterable[str]) -> list[str]:
    """Return the values as a list. A single string is one value, not a list of characters."""
    return [given] if isinstance(given, str) else list(given)


def _as(name: str, help: str, label: str, **more: Any) -> dict[str, Filter]:
    return {"filter": Filter(name, help, label, **more)}


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a hit must meet in addition to the query: all filters, each with any of its values.

    `years` is (first, last), both inclusive, and either may be None. `reports` are full ids. A value that equals some
    report's value is compared as a whole; any other is compared word by word. Raises UsageError for an invalid value,
    such as a range of years that runs backwards.
    """

    years: Span | None = field(
        default=None,
        metadata=_as(
            "year",
            "Only reports from this year or range of years.",
            "Year",
            matches="years",
            also=("years",),
            metavar="2015..2020",
        ),
    )
    boards: tuple[str, ...] = field(
        default=(), metadata=_as("board", "Only reports by this board or partnership.", "Board")
    )
    areas: tuple[str, ...] = field(default=(), metadata=_as("area", "Only reports from this area.", "Area"))
    children: tuple[str, ...] = field(
        default=(), metadata=_as("child", 'Only reports about this child, such as "Child Y".', "Child")
    )
    cases: tuple[str, ...] = field(
        default=(), metadata=_as("case", "Only reports on this case.", "Case", chip="case {}")
    )
    kinds: tuple[str, ...] = field(
        default=(),
        metadata=_as("kind", 'Only documents of this kind, such as "overview report".', "Kind of document"),
    )
    types: tuple[str, ...] = field(
        default=(), metadata=_as("type", 'Only reviews of this type, such as "rapid review".', "Type of review")
    )
    sections: tuple[str, ...] = field(
        default=(),
        metadata=_as(
            "section",
            "Only text in this part of a report, such as findings.",
            "Only in these parts of a report",
            matches="words",
            chip="only in {}",
            also=("in",),
            choices=tuple(kind.value for kind in SectionKind),
        ),
    )
    themes: tuple[str, ...] = field(
        default=(),
        metadata=_as("theme", "Only reports that mention this theme.", "Themes mentioned", matches="theme"),
    )
    copies: tuple[str, ...] = field(
        default=(),
        metadata=_as(
            "copies",
            "Only one report from each group of near-duplicates (at least 98% alike). The only value is `once`.",
            "Near-duplicates",
            matches="copies",
            chip="near-duplicates {}",
            choices=("once",),
        ),
    )
    reports: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for each in FILTERS:
            object.__setattr__(self, each.attribute, each.checked(getattr(self, each.attribute)))
        object.__setattr__(self, "reports", tuple(_listed(self.reports)))

    @classmethod
    def read(cls, typed: Mapping[str, str | Iterable[str]]) -> Self:
        """Parse filters as typed, by name: {"year": "2015-2020", "kind": ["overview report", "response"]}.

        Empty values are ignored. Raises UsageError for an unknown name or an invalid value.
        """
        given: dict[str, Any] = {}
        for name, cells in typed.items():
            declared = named(name)
            values = [value for value in _listed(cells) if value.strip()]
            if declared.several:
                given[declared.attribute] = values
            elif len(values) > 1:
                raise UsageError(
                    f"`{name}` can be given only once, but is {' and '.join(values)[:80]}. Give a range, such as "
                    "2015..2020."
                )
            elif values:
                given[declared.attribute] = values[0]
        return cls(**given)

    def typed(self) -> dict[str, tuple[str, ...]]:
        """Return the filters that are set, in the form that `read` accepts and in the order of the table."""
        asked = {}
        for each in FILTERS:
            value = getattr(self, each.attribute)
            if value:
                asked[each.name] = (year_parser.written(value),) if each.matches == "years" else value
        return asked

    @property
    def counted(self) -> Literal["reports", "texts"]:
        """What n and N count: reports, or texts if near-duplicates count once."""
        return "texts" if self.copies else "reports"

    def values(self) -> dict[str, tuple[str, ...]]:
        """Return the filters that compare a field of the report, by the name of the field."""
        asked = {each.name: getattr(self, each.attribute) for each in FILTERS if each.matches == "value"}
        return {name: values for name, values in (asked | {"id": self.reports}).items() if values}

    def without(self, name: str, value: str) -> Self:
        """Return the filters without one value of one of them."""
        typed = self.typed()
        return replace(type(self).read({**typed, name: [v for v in typed[name] if v != value]}), reports=self.reports)


FILTERS: tuple[Filter, ...] = tuple(
    replace(each.metadata["filter"], attribute=each.name) for each in fields(Filters) if "filter" in each.metadata
)
"""Every filter that can be typed, in the order in which they are offered."""


def named(name: str) -> Filter:
    """Return the filter with that name. Raises UsageError, listing the valid names."""
    found = next((each for each in FILTERS if each.name == name), None)
    if found is None:
        raise UsageError(
            f"There is no filter called {name[:40]!r}. The filters are: {', '.join(each.name for each in FILTERS)}."
        )
    return found


def of_cells(cells: Mapping[str, str]) -> Filters:
    """Return the filters in the cells of a row or of a record.

    Several values are separated by `;`. Raises UsageError.
    """
    return Filters.read({name: cell.split(";") for name, cell in cells.items()})


EVERYTHING = Filters()
"""Filters that keep every report."""
