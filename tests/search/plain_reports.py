"""Libraries of fictional reports, made of paragraphs without a PDF."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import reviews
from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Found, Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from index import build
from reviews.library import Library

FILLER = "Robin lived with an aunt in Fernshire and went to the primary school by the river."


def library_of(folder: Path, reports: Mapping[str, Sequence[str]], kind: SectionKind = SectionKind.BODY) -> Library:
    """Return a library of reports by title, each with some paragraphs in sections of one kind."""
    settings = create_library(folder / "library")
    with Store.open(settings.database) as store:
        for title, paragraphs in reports.items():
            text = Text(
                id=sha256(title.encode()).hexdigest(),
                pages=(Page(1, "1"),),
                sections=(Section(0, kind, ""),),
                paragraphs=tuple(Paragraph(n, 1, None, 0, said) for n, said in enumerate(paragraphs)),
                found={"title": Found(title, "made up", 1.0)},
            )
            store.put(text, FileRecord(f"{title}.pdf", 1, 1, text.id))
        build.build(store, settings.index)
    return reviews.open(settings.library)
