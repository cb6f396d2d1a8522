"""The path of every file that the program stores in a library. Paths are defined only here."""

from dataclasses import dataclass
from pathlib import Path

DATABASE = "corpus.db"
REMOVALS = "removals.json"


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files and folders of one library. They need not exist yet."""

    library: Path

    @property
    def reports(self) -> Path:
        """Where people put the PDFs."""
        return self.library / "reports"

    @property
    def catalogue(self) -> Path:
        """What people know about the reports."""
        return self.library / "catalogue.csv"

    @property
    def sources(self) -> Path:
        """The boards' pages from which reports are collected. Need not exist."""
        return self.library / "sources.csv"

    @property
    def collected(self) -> Path:
        """The collected PDFs. The folder is inside the one where people put PDFs."""
        return self.reports / "collected"

    @property
    def collecting(self) -> Path:
        """PDFs that have been fetched but are not in `collected` yet. A run uses what an interrupted one left here."""
        return self.library / "collecting"

    @property
    def crawler_lock(self) -> Path:
        """Held by the crawling process while it is running, which is slightly longer than a run that is killed."""
        return self.library / ".crawler"

    @property
    def themes(self) -> Path:
        """The library's own themes. Need not exist."""
        return self.library / "themes.toml"

    @property
    def settings_file(self) -> Path:
        """The library's settings. Need not exist."""
        return self.library / "reviews.toml"

    @property
    def database(self) -> Path:
        """The text store. SQLite stores files next to it whose names start with its name."""
        return self.library / DATABASE

    @property
    def removals(self) -> Path:
        """The list of permanently removed reports. The corpus has the same list."""
        return self.library / REMOVALS

    @property
    def index(self) -> Path:
        """The generations of the index."""
        return self.library / "index"

    @property
    def vectors(self) -> Path:
        """The vectors of a language model for each paragraph, if one is used.

        They can be recomputed from the corpus.
        """
        return self.library / "vectors"

    @property
    def cache(self) -> Path:
        """Values computed from a generation of the index. Can be deleted at any time."""
        return self.library / "cache"

    @property
    def runs(self) -> Path:
        """The records of past runs."""
        return self.library / "runs"

    @property
    def begun(self) -> Path:
        """The record that the last run wrote when it started."""
        return self.runs / "begun"

    @property
    def access(self) -> Path:
        """The access log of the web page, if there is one."""
        return self.library / "access"

    @property
    def collections(self) -> Path:
        """The collections of people who sign in to the web page."""
        return self.library / "collections"

    @property
    def collections_lock(self) -> Path:
        """Held while a collection is changed."""
        return self.collections / ".lock"

    @property
    def follows(self) -> Path:
        """The followed searches, whose new reports are listed in the record of each run."""
        return self.library / "follows.json"

    @property
    def tokens(self) -> Path:
        """The access tokens for the web page."""
        return self.library / "tokens.json"

    @property
    def lock(self) -> Path:
        """Held by the process that writes to the library."""
        return self.library / ".lock"

    def owns(self, path: Path) -> bool:
        """Return whether a file in the library's folder belongs to the library, rather than having been put there by
        others.
        """
        known = (
            self.reports,
            self.catalogue,
            self.sources,
            self.collecting,
            self.themes,
            self.settings_file,
            self.removals,
            self.index,
            self.vectors,
            self.cache,
            self.runs,
            self.access,
            self.collections,
            self.follows,
            self.tokens,
            self.lock,
        )
        return path in known or path.name.removeprefix(DATABASE) in ("", "-wal", "-shm", "-journal")
