"""Choose the engine that stores the index of a library."""

from corpus.settings import Settings
from index.upkeep import Embedded, Upkeep


def upkeep(settings: Settings) -> Upkeep:
    """Return the maintenance interface of the index that the library's settings select."""
    if settings.engine == "opensearch":
        from index.opensearch.upkeep import Remote  # only imported here, because the embedded index needs no client

        return Remote(settings)
    return Embedded(settings)
