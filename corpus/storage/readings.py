"""The readings of reports: pages, sections, paragraphs and items, and the pages that OCR has read.

A *reading* is the text of one report as one version of the reader read it. It never changes. The index refers to
readings by number, and finds their text here until they are pruned.
"""

import json
from collections.abc import Collection, Sequence

from corpus.disk.typed_json import typed
from corpus.errors import Corrupt, Gone, NotFound
from corpus.model import (
    ATTACHED_APART,
    Aside,
    AsideRole,
    Found,
    Hidden,
    Item,
    ItemKind,
    Page,
    Paragraph,
    Scan,
    ScanLine,
    Section,
    SectionKind,
    Text,
    searched,
)
from corpus.storage.database import Database, checked_values, damaged
from corpus.storage.tables import HIGHEST

_SCANNED = (str, float, [int], bool)  # the values of a ScanLine
_CHUNK = 500  # values in one IN (…), below every SQLite's limit on variables

_PAGES = "SELECT number, label, reader, unread, confidence, withheld FROM page WHERE reading = ?"
_ITEMS = "SELECT count(*) FROM item WHERE (? IS NULL OR kind = ?)"
_SECTIONS = "SELECT ordinal, kind, heading FROM section WHERE reading = ?"
_PARAGRAPHS = "SELECT ordinal, page, number, section, text, heading, turns FROM paragraph WHERE reading = ?"
_LAST = "SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence), 0), coalesce((SELECT max(id) FROM reading), 0))"


class Readings:
    """The readings of a corpus, in an open database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def current(self) -> list[tuple[int, str]]:
        """Return the number and report id of each current reading, sorted by report id."""
        return self._db.rows("SELECT id, report FROM reading WHERE current = 1 ORDER BY report")

    def reports(self) -> dict[int, str]:
        """Return the report of each stored reading, current or not."""
        return dict(self._db.rows("SELECT id, report FROM reading"))

    def current_of(self, report: str) -> int:
        """Return the current reading of a report (full id)."""
        rows = self._db.rows("SELECT id FROM reading WHERE current = 1 AND report = ?", (report,))
        if not rows:
            raise NotFound(f"There is no report {report[:12]}. `reviews reports` lists the reports.")
        return int(rows[0][0])

    def text(self, reading: int) -> Text:
        """Return everything that was read."""
        with self._db.snapshot():
            rows = self._db.rows("SELECT report, reader FROM reading WHERE id = ?", (reading,))
            if not rows:
                raise _gone()
            with checked_values(self._db.path):
                text = Text(
                    id=rows[0][0],
                    pages=tuple(self.pages(reading)),
                    sections=tuple(self.sections(reading)),
                    paragraphs=tuple(
                        _paragraph(row) for row in self._db.rows(f"{_PARAGRAPHS} ORDER BY ordinal", (reading,))
                    ),
                    asides=tuple(
                        Aside(page, before, AsideRole(role), text)
                        for page, before, role, text in self._db.rows(
                            "SELECT page, before, role, text FROM aside WHERE reading = ? ORDER BY ordinal", (reading,)
                        )
                    ),
                    found={
                        name: Found(value, source, confidence)
                        for name, value, source, confidence in self._db.rows(
                            "SELECT field, value, source, confidence FROM found WHERE reading = ?", (reading,)
                        )
                    },
                    reader=rows[0][1],
                    items=tuple(self.items(reading)),
                )
                if [paragraph.ordinal for paragraph in text.paragraphs] != [*range(len(text.paragraphs))]:
                    raise ValueError("the paragraphs are not numbered 0, 1, 2 …")
                if any(paragraph.section >= len(text.sections) for paragraph in text.paragraphs):
                    raise ValueError("a paragraph is in no section")
                return text

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        """Return the pages of a reading in order, or only those with these numbers."""
        condition, values = _among("number", numbers)
        select = f"{_PAGES}{condition} ORDER BY number"
        with checked_values(self._db.path):
            found = [
                Page(number, label, reader, unread, confidence, tuple(map(Hidden, withheld.split())))
                for number, label, reader, unread, confidence, withheld in self._db.rows(select, (reading, *values))
            ]
        self._complete(reading, found, numbers, "pages")
        return found

    def attachments(self, reading: int) -> list[str]:
        """Return the names of the files inside the file of a reading."""
        rows = self._db.rows("SELECT value FROM found WHERE reading = ? AND field = 'attachments'", (reading,))
        return rows[0][0].split(ATTACHED_APART) if rows else []

    def odd_pages(self, reading: int) -> list[Page]:
        """Return the pages of a reading that are unread, or from which something was withheld."""
        return [page for page in self.pages(reading) if page.unread or page.withheld]

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        """Return the sections of a reading in order, or only those with these ordinals."""
        condition, values = _among("ordinal", ordinals)
        select = f"{_SECTIONS}{condition} ORDER BY ordinal"
        with checked_values(self._db.path):
            found = [
                Section(n, SectionKind(kind), heading) for n, kind, heading in self._db.rows(select, (reading, *values))
            ]
        self._complete(reading, found, ordinals, "sections")
        return found

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        """Return the recommendations and findings of a reading, or those of one kind, in text order."""
        select = "SELECT kind, first, last, addressee FROM item WHERE reading = ? ORDER BY ordinal"
        with self._db.snapshot(), checked_values(self._db.path):
            rows = [row for row in self._db.rows(select, (reading,)) if kind is None or row[0] == kind.value]
            if not rows:
                return []
            select = "SELECT max(ordinal) AS ordinal FROM paragraph WHERE reading = ?"  # the name says what it is
            ((highest,),) = self._db.rows(select, (reading,))
            if any(not first <= last <= highest for _, first, last, _ in rows):
                raise ValueError("an item has paragraphs that do not exist")
            sections = self.sections(reading)
            inside = {ordinal for _, first, last, _ in rows for ordinal in range(first, last + 1)}
            texts = {paragraph.ordinal: paragraph for paragraph in self.paragraphs(reading, inside)}
            found = []
            for name, first, last, addressee in rows:
                paragraphs = [texts[ordinal] for ordinal in range(first, last + 1)]
                found.append(Item.of(ItemKind(name), paragraphs, sections[paragraphs[0].section], addressee))
            return found

    def number_of_items(self, readings: Collection[int], kind: ItemKind | None = None) -> int:
        """Return how many recommendations and findings some readings have, or how many of one kind."""
        if not readings:
            return 0
        condition, values = _among("reading", readings)
        name = kind and kind.value
        ((number,),) = self._db.rows(f"{_ITEMS}{condition}", (name, name, *values))
        return int(number)

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        """Return some paragraphs of a reading in order, each once."""
        wanted = sorted(set(ordinals))
        found: list[Paragraph] = []
        with checked_values(self._db.path):
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                condition, values = _among("ordinal", chunk)
                found += map(
                    _paragraph, self._db.rows(f"{_PARAGRAPHS}{condition} ORDER BY ordinal", (reading, *values))
                )
        self._complete(reading, found, wanted, "paragraphs")
        return found

    def _complete(self, reading: int, found: Sequence[object], wanted: Collection[int] | None, what: str) -> None:
        """Raise Gone if something is missing because the whole reading is gone, or Corrupt if it is missing for another
        reason.
        """
        if wanted is None or len(found) == len(set(wanted)):
            return
        if not self._db.rows("SELECT 1 FROM reading WHERE id = ?", (reading,)):
            raise _gone()
        raise Corrupt(
            f"The index refers to {what} that reading {reading} of the corpus does not have. "
            "Run `reviews index --rebuild`."
        )

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        """Return (text as it is searched, kind of section, whether it is a heading) for every paragraph, for the
        indexer.
        """
        sections = self._db.rows("SELECT ordinal, kind FROM section WHERE reading = ?", (reading,))
        select = "SELECT number, text, section, heading FROM paragraph WHERE reading = ? ORDER BY ordinal"
        with checked_values(self._db.path):
            kinds = {ordinal: SectionKind(kind).value for ordinal, kind in sections}
            return [
                (searched(text, number), kinds[section], bool(heading))
                for number, text, section, heading in self._db.rows(select, (reading,))
            ]

    def printed_numbers(self, reading: int) -> dict[int, str]:
        """Return the printed number of each paragraph that has one, by ordinal."""
        select = "SELECT ordinal, number FROM paragraph WHERE reading = ? AND number IS NOT NULL"
        return dict(self._db.rows(select, (reading,)))

    def keep_scan(self, report: str, scan: Scan) -> None:
        """Store what OCR read, even if the report then fails, because OCR takes seconds per page."""
        lines = json.dumps(scan.lines, ensure_ascii=False)
        row = (scan.page, scan.languages, scan.engine, scan.confidence, scan.width, scan.turned, lines)
        with self._db.transaction():
            self._db.execute("INSERT OR REPLACE INTO scan VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (report, *row))

    def scans(self, report: str, languages: str) -> dict[int, Scan]:
        """Return what OCR has read of a report so far, by page."""
        select = (
            "SELECT page, languages, engine, confidence, width, turned, lines FROM scan "
            "WHERE report = ? AND languages = ?"
        )
        with checked_values(self._db.path):
            return {
                page: Scan(page, asked, by, sure, width, turned, tuple(map(ScanLine.of, typed(lines, [[_SCANNED]]))))
                for page, asked, by, sure, width, turned, lines in self._db.rows(select, (report, languages))
            }

    def forget_scans(self, report: str) -> None:
        """Delete what OCR read of a report that will not be kept."""
        with self._db.transaction():
            self._db.execute("DELETE FROM scan WHERE report = ?", (report,))

    def forget_stray_scans(self) -> None:
        """Delete what OCR read of files that are no report.

        A run was killed, and the file then changed; or it is not read to the end yet, and OCR has to begin again.
        """
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM scan WHERE report NOT IN (SELECT report FROM reading UNION SELECT report FROM withdrawn)"
            )

    def holds(self, report: str, *readers: str) -> bool:
        """Return whether the latest reading of the report was made by one of these readers, so that it need not be read
        again.
        """
        return self.reader_of(report) in readers

    def reader_of(self, report: str) -> str:
        """Return what made the latest reading of the report, or "" if it was never read."""
        rows = self._db.rows("SELECT reader FROM reading WHERE report = ? ORDER BY id DESC LIMIT 1", (report,))
        return str(rows[0][0]) if rows else ""

    def reserve_numbers(self, readings: Collection[int]) -> None:
        """Prevent these numbers from being used again. An older corpus restored from a backup does not know them."""
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO sqlite_sequence SELECT 'reading', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'reading')"
            )
            highest = max(readings, default=0)
            self._db.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'reading'", (highest,))

    def add(self, text: Text) -> int:
        """Write a reading, which is not current yet, inside the caller's transaction. Returns its number."""
        if not 0 <= self._db.number(_LAST) < HIGHEST:  # SQLite would say that the disk is full
            raise damaged(self._db.path)
        unread = sum(page.unread is not None for page in text.pages)
        insert = "INSERT INTO reading (report, reader, current, pages, unread_pages) VALUES (?, ?, 0, ?, ?)"
        reading = int(self._db.execute(insert, (text.id, text.reader, len(text.pages), unread)).lastrowid or 0)
        self._db.executemany(
            "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((reading, p.number, p.label, p.reader, p.unread, p.confidence, " ".join(p.withheld)) for p in text.pages),
        )
        self._db.executemany(
            "INSERT INTO section VALUES (?, ?, ?, ?)",
            ((reading, s.ordinal, s.kind.value, s.heading) for s in text.sections),
        )
        self._db.executemany(
            "INSERT INTO paragraph VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    reading,
                    p.ordinal,
                    p.page,
                    p.last_page,
                    p.number,
                    p.section,
                    p.heading,
                    " ".join(f"{offset}:{page}" for offset, page in p.turns),
                    p.text,
                )
                for p in text.paragraphs
            ),
        )
        self._db.executemany(
            "INSERT INTO aside VALUES (?, ?, ?, ?, ?, ?)",
            ((reading, n, a.page, a.before, a.role.value, a.text) for n, a in enumerate(text.asides)),
        )
        self._db.executemany(
            "INSERT INTO found VALUES (?, ?, ?, ?, ?)",
            ((reading, name, f.value, f.source, f.confidence) for name, f in text.found.items()),
        )
        self._db.executemany(
            "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)",
            ((reading, n, i.kind.value, i.first, i.last, i.addressee) for n, i in enumerate(text.items)),
        )
        return reading


def _gone() -> Gone:
    return Gone("A report was removed or read again during this search. Run the search again.")


def _among(column: str, numbers: Collection[int] | None) -> tuple[str, Sequence[int]]:
    """Return an SQL condition that restricts a query to some numbers, and its values.

    A few numbers are passed as variables, the last one repeated up to a power of two, so that SQLite can reuse the
    statement. If there are more than SQLite allows, they are written into the statement, which is safe for numbers.
    """
    if numbers is None:
        return "", ()
    if len(numbers) <= _CHUNK:
        values = sorted(numbers)
        values += values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))
        return f" AND {column} IN ({','.join('?' * len(values))})", values
    return f" AND {column} IN ({','.join(map(str, map(int, sorted(numbers))))})", ()


def _paragraph(row: tuple[int, int, str | None, int, str, int, str]) -> Paragraph:
    ordinal, page, number, section, text, heading, turns = row
    return Paragraph(ordinal, page, number, section, text, bool(heading), turns_of(turns) if turns else ())


def turns_of(stored: str) -> tuple[tuple[int, int], ...]:
    """Return the page breaks of a paragraph from their stored form, "offset:page offset:page". Raises ValueError."""
    pairs = (pair.split(":") for pair in stored.split())
    return tuple((int(offset), int(page)) for offset, page in pairs)
