"""Search inside safeguarding practice reviews.

>>> import reviews
>>> library = reviews.open("library")          # doctest: +SKIP
>>> for hit in library.search("neglect"):      # doctest: +SKIP
...     print(hit.report["title"], hit.mentions)
"""

from pathlib import Path

from reviews.library import Library
from search.filters import Filters
from search.results import Hit, Passage, Results

__all__ = ["Filters", "Hit", "Library", "Passage", "Results", "open"]


def open(library: str | Path) -> Library:  # noqa: A001 - as in `gzip.open`: one opens a library
    """Open a library that `reviews init` or `reviews update` made. Use it in a `with` block or close it.

    Raises NoIndex when there is none. For one thread at a time.
    """
    return Library(Path(library))
