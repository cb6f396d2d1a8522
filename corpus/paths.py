"""The path of every file that the program keeps in a library. The only such list."""

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
        """The boards' pages that reports are collected from; need not exist."""
        return self.library / "sources.csv"

    @property
    def collected(self) -> Path:
        """The PDFs that were collected, among those that people put beside them."""
        return self.reports / "collected"

    @property
    def collecting(self) -> Path:
        """PDFs that were fetched and are not in `collected` yet. What an interrupted run left is used by the next."""
        return self.library / "collecting"

    @property
    def crawler_lock(self) -> Path:
        """Held by the crawling process while it lives, which is a moment longer than the run that is killed."""
        return self.library / ".crawler"

    @property
    def themes(self) -> Path:
        """The library's own themes; need not exist."""
        return self.library / "themes.toml"

    @property
    def settings_file(self) -> Path:
        """The library's settings; need not exist."""
        return self.library / "reviews.toml"

    @property
    def database(self) -> Path:
        """The text store. SQLite keeps files beside it whose names begin with its own."""
        return self.library / DATABASE

    @property
    def removals(self) -> Path:
        """Which reports were removed for good, beside the corpus that says so too."""
        return self.library / REMOVALS

    @property
    def index(self) -> Path:
        """The generations of the index."""
        return self.library / "index"

    @property
    def vectors(self) -> Path:
        """What a language model made of each paragraph, if there is one. Can be made again from the corpus."""
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
        """What people who sign in to the web page have collected."""
        return self.library / "collections"

    @property
    def collections_lock(self) -> Path:
        """Held while a collection is changed."""
        return self.collections / ".lock"

    @property
    def follows(self) -> Path:
        """The searches whose new reports the record of each run names."""
        return self.library / "follows.json"

    @property
    def tokens(self) -> Path:
        """Who may open the web page."""
        return self.library / "tokens.json"

    @property
    def lock(self) -> Path:
        """Held by the process that writes to the library."""
        return self.library / ".lock"

    def owns(self, path: Path) -> bool:
        """Whether something in the library's folder belongs to the library and was not put there by others."""
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
        return path in known or path.name.startswith(DATABASE)
