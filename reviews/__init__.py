"""Search inside safeguarding practice reviews.

>>> import reviews
>>> library = reviews.open("library")          # doctest: +SKIP
>>> for hit in library.search("neglect"):      # doctest: +SKIP
...     print(hit.report.title, hit.mentions)
"""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.report import Report
    from reviews.library import Library
    from search.batch.study import Study
    from search.filters import Filters
    from search.results import Hit, Passage, Results
    from search.tables.frames import Table

__all__ = ["Filters", "Hit", "Library", "Passage", "Report", "Results", "Study", "Table", "open"]


def _own_packages() -> None:
    """Load the program's other packages from the same folder, so that a `search.py` next to a notebook is not used
    instead.

    Raises ImportError, with an explanation, if such a file has already been imported.
    """
    home = Path(__file__).resolve().parents[1]
    for name in ("corpus", "index", "ingest", "search"):
        folder = home / name
        known = sys.modules.get(name)
        if known is None:
            spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
            if spec is None or spec.loader is None:
                raise ImportError(f"The package {name} is missing next to {Path(__file__).parent}. Install it again.")
            module = module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        elif known.__file__ is None or Path(known.__file__).resolve().parent != folder:
            raise ImportError(
                f"`{name}` was imported from {known.__file__}, but safeguarding-reviews has a package of that name. "
                "Rename that file, or `import reviews` before it."
            )


_own_packages()

# Imported on first use: the command imports this package too, and must start quickly.
_HOMES = {
    "Filters": "search.filters",
    "Hit": "search.results",
    "Library": "reviews.library",
    "Passage": "search.results",
    "Report": "corpus.report",
    "Results": "search.results",
    "Study": "search.batch.study",
    "Table": "search.tables.frames",
}


def open(library: str | Path) -> "Library":  # noqa: A001 - named as in `gzip.open`
    """Open a library made by `reviews init` or `reviews update`. Use it in a `with` block, or close it.

    Raises NoIndex if there is no index. Two threads must not use it at the same time.
    """
    from reviews.library import Library

    return Library(Path(library))


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reviews' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
