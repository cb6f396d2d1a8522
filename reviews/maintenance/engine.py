"""Which engine keeps the index of a library."""

from corpus.settings import Settings
from index.upkeep import Embedded, Upkeep


def upkeep(settings: Settings) -> Upkeep:
    """The upkeep of the index that the library's settings name."""
    if settings.engine == "opensearch":
        from index.opensearch.upkeep import Remote  # only here: the embedded index needs no client

        return Remote(settings)
    return Embedded(settings)
