"""Whoosh as the engine: its file format, with this program's own postings in it.

Whoosh is imported only when a segment is written, because importing it takes longer than a search.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from index.storage.engine import Draft, IndexedParagraph, SegmentSummary
from index.storage.segment_reader import Segment
from index.storage.whoosh_snapshot import WhooshSnapshot

FORMAT = "3"
"""Part of the fingerprint. Change it with any change to what is written."""


class WhooshEngine:
    """Whoosh as an `index.storage.engine.Engine`."""

    name = "whoosh"

    def draft(self) -> Draft:
        from index.storage.whoosh_files import SegmentDraft

        return SegmentDraft()

    def write(
        self, directory: Path, name: str, texts: Iterable[tuple[int, Sequence[IndexedParagraph]]]
    ) -> SegmentSummary:
        draft = self.draft()
        for reading, paragraphs in texts:
            draft.add(reading, paragraphs)
        return draft.write(directory, name)

    def merge(
        self, directory: Path, name: str, segments: Sequence[SegmentSummary], live: frozenset[int]
    ) -> SegmentSummary:
        from index.storage.whoosh_files import write_merged

        readers = _open_segments(directory, segments)
        try:
            return write_merged(directory, name, readers, segments, live)
        finally:
            for reader in readers:
                reader.close()

    def finish(self, directory: Path, segments: Sequence[SegmentSummary]) -> None:
        from index.storage.whoosh_files import write_contents

        write_contents(directory, segments)

    def open(
        self, directory: Path, segments: Sequence[SegmentSummary], live: frozenset[int], *, hashed: bool = False
    ) -> WhooshSnapshot:
        return WhooshSnapshot(_open_segments(directory, segments, hashed=hashed), segments, live)


def _open_segments(directory: Path, segments: Sequence[SegmentSummary], *, hashed: bool = False) -> list[Segment]:
    opened: list[Segment] = []
    try:
        opened.extend(Segment(directory, summary.name, len(summary.documents), hashed=hashed) for summary in segments)
    except BaseException:
        for each in opened:
            each.close()
        raise
    return opened
