"""What boards publish, according to their own pages: where each report was found, and what has changed there since.

Plain immutable values. Times are UTC, ISO 8601. `corpus.storage.publications` stores them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PUBLISHER = "publisher's page"
"""The provenance of what a page says about a report that it lists."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A report at an address of a source.

    `retrieved` is when its bytes were first fetched, and `checked` when the publisher last confirmed them. `etag`,
    `modified` and `size` are what the server said about the bytes ("" and 0 if nothing), for conditional requests.
    `replaced` is the day on which other bytes appeared at the address, or "". `withdrawn` is the day on which it was
    found to be gone, or "", and `why` is how: "404", "410" or "not listed". `cells` is its row, by column of the
    catalogue.
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
        """Whether it is what the address currently serves."""
        return not self.replaced and not self.withdrawn

    def to_dict(self) -> dict[str, str | None]:
        """Return the publication as it appears in the JSON API."""
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
    """A page of a source as last read. `links` are stored as JSON, so that an unchanged page need not be read again."""

    source: str
    url: str
    checked: str
    etag: str
    modified: str
    links: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source responded.

    `tried` is when it was last requested, and `answered` when all its pages last responded ("" for never). `problem` is
    the code of the last problem, or "". `listed` is how many documents it listed when it last responded.
    """

    name: str
    url: str
    tried: str
    answered: str = ""
    problem: str = ""
    listed: int = 0

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the state as it appears in the JSON API."""
        return {
            "name": self.name,
            "url": self.url,
            "tried": self.tried,
            "answered": self.answered or None,
            "problem": self.problem or None,
            "listed": self.listed,
        }
