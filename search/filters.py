"""What must a hit be, besides answering the query?"""

from dataclasses import dataclass

from corpus.errors import UsageError
from corpus.model import SectionKind


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be besides answering the query. Any value of one filter will do; all filters must hold.

    years: (first, last), both included, either may be None. sections: the words must stand in such a section.
    themes: any part of the theme occurs; it adds no mentions. reports: full ids. The others are values of a report: one
    that some report has exactly is compared as a whole, any other by its words.
    """

    years: tuple[int | None, int | None] | None = None
    boards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    def values(self) -> dict[str, tuple[str, ...]]:
        """What is asked of the report itself, by the name of what is known of it."""
        asked = {
            "board": self.boards,
            "area": self.areas,
            "type": self.types,
            "kind": self.kinds,
            "child": self.children,
            "case": self.cases,
            "id": self.reports,
        }
        return {name: values for name, values in asked.items() if values}


EVERYTHING = Filters()
"""No filter at all."""


def section_kind(name: str) -> str:
    """A kind of section by its name, however it is written. Raises UsageError with the names there are."""
    wanted = " ".join(name.replace("-", " ").replace("_", " ").lower().split())
    if wanted not in tuple(SectionKind):
        raise UsageError(f"There is no kind of section called {name!r}. There are: {', '.join(SectionKind)}.")
    return wanted
