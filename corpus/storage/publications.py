"""The tables of what boards publish: sources, their pages, and the reports at their addresses."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from corpus.disk.typed_json import typed
from corpus.publications import PageState, Publication, SourceState
from corpus.storage.database import Database, checked_values

_LINKS = [{"url": str, "leads_to": str}]
_COLUMNS = "source, url, report, file, retrieved, checked, etag, modified, size, replaced, withdrawn, why, cells"


class Publications:
    """What boards publish, in a corpus. Empty for a corpus from an earlier version that is opened for reading."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Publication]:
        """Return all publications, sorted by source, address and time."""
        return self._where("")

    def of(self, report: str) -> list[Publication]:
        """Return where a report (full id) is or was published, earliest first."""
        found = self._where("WHERE report = ?", (report,))
        return sorted(found, key=lambda each: (each.retrieved, each.source, each.url))

    def editions(self, report: str) -> list[Publication]:
        """Return the other publications, past and present, at the addresses of a report (full id), oldest first."""
        places = {(each.source, each.url) for each in self.of(report)}
        found = [
            each
            for source, url in sorted(places)
            for each in self._where("WHERE source = ? AND url = ?", (source, url))
        ]
        return sorted((each for each in found if each.report != report), key=lambda each: each.retrieved)

    def withdrawn(self) -> dict[str, str]:
        """Return the reports (full ids) that no source publishes any more because it withdrew them, each with the last
        day on which this was noticed.
        """
        if not self._exist():
            return {}
        select = (
            "SELECT report, max(withdrawn) FROM publication GROUP BY report "
            "HAVING max(withdrawn) > '' AND max(replaced = '' AND withdrawn = '') = 0"
        )
        return dict(self._db.rows(select))

    def rows(self) -> dict[str, dict[str, str]]:
        """Return, for each report, the row from its first publisher's page, which maps columns of the catalogue to
        text.
        """
        found: dict[str, dict[str, str]] = {}
        for each in sorted(self.all(), key=lambda each: each.retrieved):
            found.setdefault(each.report, dict(each.cells))
        return found

    def sources(self) -> list[SourceState]:
        """Return the sources that were crawled, sorted by name."""
        if not self._exist():
            return []
        return [
            SourceState(*row)
            for row in self._db.rows("SELECT name, url, tried, answered, problem, listed FROM source ORDER BY name")
        ]

    def pages(self, source: str) -> list[PageState]:
        """Return the pages of a source."""
        select = "SELECT source, url, checked, etag, modified, links FROM source_page WHERE source = ? ORDER BY url"
        return [PageState(*row) for row in self._db.rows(select, (source,))]

    def refused(self, since: str = "") -> frozenset[str]:
        """Return the digests of the addresses that served a removed report after a point in time."""
        if not self._exist():
            return frozenset()
        rows = self._db.rows("SELECT digest FROM refused_address WHERE checked >= ?", (since,))
        return frozenset(digest for (digest,) in rows)

    def put(self, publications: Iterable[Publication]) -> None:
        """Add or replace publications in one transaction."""
        with self._db.transaction():
            changed = False
            for each in publications:
                row = _row(each)
                select = "SELECT replaced, withdrawn, why, cells FROM publication "
                where = "WHERE source = ? AND url = ? AND report = ?"
                old = self._db.execute(select + where, row[:3]).fetchone()
                changed = changed or old != row[9:]
                self._db.execute(f"INSERT OR REPLACE INTO publication ({_COLUMNS}) VALUES ({_marks(13)})", row)  # noqa: S608 - our own names
            if changed:
                self._db.execute("UPDATE state SET revision = revision + 1")

    def note_checked(self, places: Sequence[tuple[str, str]], at: str) -> None:
        """Record that the publisher confirmed what is at these places (source, address)."""
        with self._db.transaction():
            self._db.executemany(
                "UPDATE publication SET checked = ? WHERE source = ? AND url = ? AND replaced = '' AND withdrawn = ''",
                ((at, *place) for place in places),
            )

    def note_page(self, page: PageState) -> None:
        """Record a page that was read."""
        row = (page.source, page.url, page.checked, page.etag, page.modified, page.links)
        with self._db.transaction():
            self._db.execute("INSERT OR REPLACE INTO source_page VALUES (?, ?, ?, ?, ?, ?)", row)

    def note_sources(self, states: Iterable[SourceState]) -> None:
        """Record how sources responded."""
        rows = [(s.name, s.url, s.tried, s.answered, s.problem, s.listed) for s in states]
        with self._db.transaction():
            self._db.executemany("INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget_source(self, name: str) -> None:
        """Delete how a source responded that is no longer in the list. Its reports stay."""
        with self._db.transaction():
            self._db.execute("DELETE FROM source WHERE name = ?", (name,))
            self._db.execute("DELETE FROM source_page WHERE source = ?", (name,))

    def move(self, old: Publication, new: Publication) -> None:
        """Record that a publication has moved to another address."""
        with self._db.transaction():
            self._db.execute("DELETE FROM publication WHERE source = ? AND url = ? AND report = ?", _row(old)[:3])
        self.put([replace(new, retrieved=old.retrieved)])

    def refuse(self, salt: bytes, source: str, url: str, at: str) -> None:
        """Record that an address served a removed report, and delete the address and every page that names it."""
        with self._db.transaction():
            self._forget_address(salt, source, url, at)

    def forget(self, salt: bytes, report: str, at: str) -> None:
        """Delete all addresses of a removed report (full id). Call it inside a transaction."""
        places = self._db.rows("SELECT source, url FROM publication WHERE report = ?", (report,))
        for source, url in places:
            self._forget_address(salt, source, url, at)
        self._db.execute("DELETE FROM publication WHERE report = ?", (report,))

    def _forget_address(self, salt: bytes, source: str, url: str, at: str) -> None:
        """Delete an address.

        A page that leads to nothing else is refused too, because its address and name reveal the report.
        """
        going = [url]
        rows = self._db.rows("SELECT url, links FROM source_page WHERE source = ?", (source,))
        with checked_values(self._db.path):
            pages = {page: typed(links, _LINKS) for page, links in rows}
        while going:
            gone = going.pop()
            self._db.execute("INSERT OR REPLACE INTO refused_address VALUES (?, ?)", (address_digest(salt, gone), at))
            for page, leads in list(pages.items()):
                documents = [each["url"] for each in leads if each["leads_to"] == "document"]
                if gone in (each["url"] for each in leads):
                    del pages[page]
                    self._db.execute("DELETE FROM source_page WHERE source = ? AND url = ?", (source, page))
                    going += [page] if documents == [gone] and page not in self._lists(source) else []

    def _lists(self, source: str) -> list[str]:
        return [url for (url,) in self._db.rows("SELECT url FROM source WHERE name = ?", (source,))]

    def _where(self, condition: str, values: Sequence[object] = ()) -> list[Publication]:
        if not self._exist():
            return []
        order = "ORDER BY source, url, retrieved"
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM publication {condition} {order}", values)  # noqa: S608 - our own names
        with checked_values(self._db.path):
            return [replace(Publication(*row[:12]), cells=typed(row[12], {str: str})) for row in rows]

    def _exist(self) -> bool:
        return bool(self._db.rows("SELECT 1 FROM sqlite_schema WHERE name = 'publication'"))


def _row(each: Publication) -> tuple[object, ...]:
    cells = json.dumps(dict(each.cells), ensure_ascii=False)
    known = (each.source, each.url, each.report, each.file, each.retrieved, each.checked, each.etag, each.modified)
    return (*known, each.size, each.replaced, each.withdrawn, each.why, cells)


def _marks(number: int) -> str:
    return ", ".join("?" * number)


def address_digest(salt: bytes, url: str) -> str:
    """Return what is stored about the address of a removed report. `salt` is the salt of `corpus.removals`."""
    return hashlib.sha256(salt + url.encode("utf-8", "surrogateescape")).hexdigest()
