"""A small corpus of fictional paragraphs, on disk."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from corpus.files import FileRecord
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store

AddReport = Callable[..., str]


def report(name: str, paragraphs: Sequence[str], kind: SectionKind = SectionKind.BODY) -> Text:
    return Text(
        id=sha256(name.encode()).hexdigest(),
        pages=(Page(1, "1"),),
        sections=(Section(0, kind, ""),),
        paragraphs=tuple(Paragraph(n, 1, None, 0, text) for n, text in enumerate(paragraphs)),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "corpus.db", create=True) as store:
        yield store


@pytest.fixture
def add(store: Store) -> AddReport:
    """Return a function that adds a report of some paragraphs to the store, and returns its id.

    Adding the same name again creates a new reading of the report.
    """

    def add(name: str, *paragraphs: str, kind: SectionKind = SectionKind.BODY) -> str:
        text = report(name, paragraphs, kind)
        store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
        return text.id

    return add
