"""What boards publish, as their own pages list it: where each report was found, and what has changed there since.

Plain frozen values. Times are UTC, ISO 8601. `corpus.storage.publications` stores them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PUBLISHER = "publisher's page"
"""The provenance of what a page says of a report that it lists."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A report at an address of a source.

    retrieved: when its bytes were fetched first. checked: when the publisher last confirmed them. etag, modified, size:
    what the server said of the bytes ("" and 0 if nothing), to ask whether they have changed. replaced: the day on
    which other bytes came under the address, or "". withdrawn: the day on which it was found to be gone, or "".
    why: how that was found out: "404", "410" or "not listed". cells: its row, by column of the catalogue.
    """

    source: str
    url: str
    report: str
    file: str
    retrieved: str
    checked: str
    etag: str = ""
    modified: str = ""
    size: int = 0
    replaced: str = ""
    withdrawn: str = ""
    why: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def current(self) -> bool:
        """Whether it is what the address gives now."""
        return not self.replaced and not self.withdrawn

    def to_dict(self) -> dict[str, str | None]:
        """The publication as the JSON API shows it."""
        return {
            "source": self.source,
            "url": self.url,
            "report": self.report,
            "retrieved": self.retrieved,
            "checked": self.checked,
            "replaced": self.replaced or None,
            "withdrawn": self.withdrawn or None,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class PageState:
    """A page of a source when it was last read. links: as JSON, so that an unchanged page need not be read again."""

    source: str
    url: str
    checked: str
    etag: str
    modified: str
    links: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source answered. tried, answered: when it was asked last, and when all its pages last answered ("" never).

    problem: the code of what was wrong last time, or "". listed: how many documents it listed when it answered.
    """

    name: str
    url: str
    tried: str
    answered: str = ""
    problem: str = ""
    listed: int = 0

    def to_dict(self) -> dict[str, str | int | None]:
        """The state as the JSON API shows it."""
        return {
            "name": self.name,
            "url": self.url,
            "tried": self.tried,
            "answered": self.answered or None,
            "problem": self.problem or None,
            "listed": self.listed,
        }
