"""The check boxes next to an answer: each value with the number of reports, and the filters in use."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.web.context import home
from reviews.web.parameters import SearchParameters, labels
from search.filters import FILTERS
from search.results import Results

_DULL = ("body", "foreword", "appendix", "terms of reference")  # kinds of section not offered as a filter
_SHOWN = 6  # values of a facet shown at first
MANY = 12
"""The number of values above which a facet has a box to type part of a name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A check box. `count` is the number of hits."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of check boxes, with those in use first. `more` are only shown when the person asks for all.

    The themes that are shown at first are those that distinguish the hits from other reports.
    """

    name: str
    title: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()

    @property
    def many(self) -> bool:
        """Return whether there are so many values that it needs a box to type part of a name."""
        return len(self.shown) + len(self.more) > MANY


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    label: str
    href: str


def facets(asked: SearchParameters, results: Results) -> list[Facet]:
    """Return check boxes with counts.

    Each facet is counted without its own filter, so that more values can be chosen.
    """
    found = []
    typed = asked.filters.typed()
    boards = any(each.value is not None for each in results.facets.get("board", ()))
    for each in FILTERS:
        name, chosen = each.name, typed.get(each.name, ())
        if name not in results.facets or not each.several:
            continue
        if name == "area" and boards and not chosen:
            continue  # a board is named after its area, so this adds nothing
        label = str.capitalize if name == "section" else str
        choices = [
            Choice(str(counted.value), label(str(counted.value)), counted.count, str(counted.value) in chosen)
            for counted in results.facets[name]
            if counted.value is not None and (name != "section" or counted.value not in _DULL)
        ]
        listed = {choice.value for choice in choices}
        choices = [Choice(value, label(value), 0, True) for value in chosen if value not in listed] + choices
        choices.sort(key=lambda choice: not choice.checked)
        if choices:
            first = max(_SHOWN, sum(choice.checked for choice in choices))
            found.append(Facet(name, each.label, _in_order(choices[:first]), _in_order(choices[first:])))
    return found


def _in_order(choices: list[Choice]) -> tuple[Choice, ...]:
    """Sort choices so that a reader sees the order: those in use, then by number, then by name."""
    return tuple(sorted(choices, key=lambda choice: (not choice.checked, -choice.count, choice.label.casefold())))


def years(results: Results) -> list[tuple[int, int]]:
    """Return the years with their number of hits, newest first."""
    return [(int(each.value), each.count) for each in results.facets["year"] if each.value is not None]


def chips(asked: SearchParameters) -> list[Chip]:
    """Return a chip for each filter in use."""
    return [Chip(label, home() + "/" + asked.query(filters=without)) for label, without in labels(asked.filters)]
