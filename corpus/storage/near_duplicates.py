"""Find reports whose texts are at least 98% alike, and store the pairs.

Each reading is compared once, with the readings that have enough hashes in common with it. Hashes and pairs are deleted
with the reading.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from corpus.likeness import fingerprint, same_words, words
from corpus.storage.database import Database

ALIKE = 0.98
"""The share of the words, in order, from which two reports are near-duplicates."""

_HASHES = 32  # hashes kept of each reading
_SHARED = 4  # near-duplicates share more than one in this many: 2% different words change at most 16% of the runs


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two near-duplicates, by their full ids, the smaller one first."""

    report: str
    other: str

    def to_dict(self) -> dict[str, str]:
        return {"report": self.report, "other": self.other}


class NearDuplicates:
    """The near-duplicates in a corpus."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self) -> list[Pair]:
        """Compare the current readings that have not been compared yet. Returns the pairs that were found."""
        waiting = self._db.rows(
            "SELECT id, report FROM reading WHERE current = 1 AND id NOT IN (SELECT reading FROM text_hash) ORDER BY id"
        )
        found: set[Pair] = set()
        for reading, report in waiting:
            found.update(_pair(report, other) for other in self._compare(reading))
        return sorted(found)

    def pairs(self) -> list[Pair]:
        """Return all pairs of reports in the library."""
        if not self._db.rows("SELECT 1 FROM sqlite_schema WHERE name = 'near_duplicate'"):
            return []  # a corpus from an earlier version
        rows = self._db.rows(
            "SELECT a.report, b.report FROM near_duplicate JOIN reading AS a ON a.id = reading "
            "JOIN reading AS b ON b.id = other WHERE a.current = 1 AND b.current = 1"
        )
        return sorted(_pair(one, other) for one, other in rows)

    def of(self, report: str) -> list[str]:
        """Return the near-duplicates of a report (full id)."""
        pairs = (pair for pair in self.pairs() if report in (pair.report, pair.other))
        return sorted(pair.other if pair.report == report else pair.report for pair in pairs)

    def _compare(self, reading: int) -> list[str]:
        """Compare one reading with all that were compared before. Returns the reports that are alike."""
        texts = self._texts(reading)
        hashes = {number >> 1 for number in fingerprint(texts, b"")[:_HASHES]}  # SQLite's integers are signed
        if not hashes:
            return []
        with self._db.transaction():
            self._db.executemany("INSERT INTO text_hash VALUES (?, ?)", [(each, reading) for each in hashes])
            near = self._db.execute(
                "SELECT reading, report FROM text_hash JOIN reading ON id = reading WHERE current = 1 "
                "AND hash IN (SELECT hash FROM text_hash WHERE reading = ?1) AND reading <> ?1 "
                "GROUP BY reading HAVING count(*) * ?2 > ?3",
                (reading, _SHARED, len(hashes)),
            ).fetchall()
            own = words(texts) if near else []
            alike = [(other, of) for other, of in near if same_words(own, words(self._texts(other)), at_least=ALIKE)]
            self._db.executemany("INSERT INTO near_duplicate VALUES (?, ?)", [(reading, other) for other, _ in alike])
        return [report for _, report in alike]

    def _texts(self, reading: int) -> list[str]:
        rows = self._db.rows("SELECT text FROM paragraph WHERE reading = ? ORDER BY ordinal", (reading,))
        return [text for (text,) in rows]


def copies(pairs: Iterable[Pair], reports: Collection[str]) -> Mapping[str, str]:
    """Return the reports left out when near-duplicates count once, each with the report that is counted instead.

    A near-duplicate of a near-duplicate belongs to the same group. The report with the smallest id is counted.
    `reports` are the ids to consider; a pair with any other report is ignored.
    """
    first: dict[str, str] = {}

    def top(report: str) -> str:
        while report in first:
            report = first[report]
        return report

    for pair in pairs:
        if pair.report in reports and pair.other in reports:
            low, high = sorted((top(pair.report), top(pair.other)))
            if low != high:
                first[high] = low
    return {report: top(report) for report in first}


def _pair(one: str, other: str) -> Pair:
    return Pair(*sorted((one, other)))
