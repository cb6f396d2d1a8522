"""Open the current generation of a library, with any engine."""

from corpus.disk.regular_file import read_list
from corpus.settings import Settings
from corpus.themes import Themes
from index.storage import generations
from search.searcher import Searcher


def pointer(settings: Settings) -> bytes:
    """Return a value that changes whenever another generation is published. Empty if there is none yet."""
    if settings.engine == "opensearch":
        from search import cluster_opening  # only imported here, because the embedded index needs no client

        return cluster_opening.pointer(settings)
    try:
        return read_list(settings.index / generations.POINTER)
    except OSError:
        return b""  # the searcher says what is missing


def open_searcher(settings: Settings, themes: Themes, *, thorough: bool = False) -> Searcher:
    """Return a searcher for the current generation, for use by one thread at a time.

    With `thorough`, every byte of the index is hashed first.
    """
    if settings.engine == "opensearch":
        from search import cluster_opening

        return cluster_opening.open_searcher(settings, themes)
    return Searcher(settings.database, settings.index, themes, thorough=thorough, model=settings.meaning_model)
