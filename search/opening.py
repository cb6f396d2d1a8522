"""Opens the generation of a library that answers, whichever engine keeps it."""

from corpus.settings import Settings
from corpus.themes import Themes
from index.storage import generations
from search.searcher import Searcher


def pointer(settings: Settings) -> bytes:
    """Names what answers: another value when another generation is published. Empty when there is none yet."""
    if settings.engine == "opensearch":
        from search import cluster_opening  # only here: the embedded index needs no client

        return cluster_opening.pointer(settings)
    try:
        return (settings.index / generations.POINTER).read_bytes()
    except OSError:
        return b""  # the searcher says what is missing


def open_searcher(settings: Settings, themes: Themes, *, thorough: bool = False) -> Searcher:
    """A searcher for the current generation, for one thread at a time. thorough: hash every byte of the index first."""
    if settings.engine == "opensearch":
        from search import cluster_opening

        return cluster_opening.open_searcher(settings, themes)
    return Searcher(settings.database, settings.index, themes, thorough=thorough, model=settings.meaning_model)
