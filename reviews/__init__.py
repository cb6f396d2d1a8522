"""Search inside safeguarding practice reviews.

>>> import reviews
>>> library = reviews.open("library")          # doctest: +SKIP
>>> for hit in library.search("neglect"):      # doctest: +SKIP
...     print(hit.report.title, hit.mentions)
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.report import Report
    from reviews.library import Library
    from search.filters import Filters
    from search.results import Hit, Passage, Results

__all__ = ["Filters", "Hit", "Library", "Passage", "Report", "Results", "open"]

# Imported on first use: the command imports this package too, and must start quickly.
_HOMES = {
    "Filters": "search.filters",
    "Hit": "search.results",
    "Library": "reviews.library",
    "Passage": "search.results",
    "Report": "corpus.report",
    "Results": "search.results",
}


def open(library: str | Path) -> "Library":  # noqa: A001 - named as in `gzip.open`
    """Open a library made by `reviews init` or `reviews update`. Use it in a `with` block, or close it.

    Raises NoIndex when there is none. Not safe for use by two threads at once.
    """
    from reviews.library import Library

    return Library(Path(library))


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reviews' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
