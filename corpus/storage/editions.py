"""Find reports that are older or newer editions of another, or have almost the same text."""

from corpus.storage.database import Database

_LONG = 60  # characters: paragraphs that two texts have in common by chance are shorter
_ALMOST = 0.5  # share of the long paragraphs: with this many in common, two readings are nearly the same text


class Editions:
    """The editions in a corpus."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def readings_of(self, report: str) -> list[int]:
        """Return the numbers of all readings of a report (full id), the latest last."""
        return [number for (number,) in self._db.rows("SELECT id FROM reading WHERE report = ? ORDER BY id", (report,))]

    def older(self, report: str) -> list[str]:
        """Return the reports that were in the same files before this one (full id), and their own predecessors."""
        before: dict[str, list[str]] = {}
        for each, replaced_by in self._withdrawn():
            before.setdefault(replaced_by or "", []).append(each)
        found: list[str] = []
        waiting = [report]
        while waiting:
            older = [each for each in before.get(waiting.pop(), ()) if each not in (report, *found)]
            found += older
            waiting += older
        return found

    def newer(self, report: str) -> str | None:
        """Return the report that replaced this one (full id) in its file, if it is in the library."""
        new = dict(self._withdrawn()).get(report)
        return new if new and self.readings_of(new) else None

    def almost_same(self, report: str) -> list[str]:
        """Return other reports, including withdrawn ones, that have most paragraphs in common with this one (full
        id).
        """
        rows = self._db.rows(
            "WITH own AS (SELECT DISTINCT text FROM paragraph JOIN reading ON reading.id = reading "
            "WHERE report = ?1 AND length(text) >= ?2) "
            "SELECT report FROM (SELECT report, count(DISTINCT text) AS shared FROM paragraph "
            "JOIN reading ON reading.id = reading WHERE report <> ?1 AND text IN (SELECT text FROM own) "
            "GROUP BY report) WHERE shared >= ?3 * (SELECT count(*) FROM own) ORDER BY report",
            (report, _LONG, _ALMOST),
        )
        return [each for (each,) in rows]

    def _withdrawn(self) -> list[tuple[str, str | None]]:
        return self._db.rows("SELECT report, replaced_by FROM withdrawn ORDER BY date DESC, report")
