"""A collection as a Word document, ready for supervision or training."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.collecting.passages import Found
from reviews.documents.searched import CHECK, Searched, long_date, today
from reviews.documents.word import WordDocument
from reviews.terminal.results import counted


def collection_document(name: str, found: Sequence[Found], searched: Searched, root: str) -> bytes:
    """Return the .docx file: each passage with its note, citation, links and the day on which it was saved.

    `root` is the address of the first page, "/" if it is unknown.
    """
    document = WordDocument(name)
    document.text(f"{counted(len(found), 'passage')}, {long_date(today())}. {CHECK}")
    for number, each in enumerate(found, 1):
        document.heading(f"{number}. {each.report.title if each.report else 'Not available'}", 2)
        if each.quotation:
            document.quotation(each.quotation)
        if each.said:
            document.labelled("Please note:", each.said)
        if each.saved.note:
            document.labelled("Note:", each.saved.note)
        if each.report:
            document.labelled("Source:", each.cited)
            document.link("Passage:", root + each.path)
            if each.report.url:
                document.link("Report:", each.report.url)
        document.labelled("Saved:", f"{long_date(each.saved.date)}, version {each.saved.generation or 'not known'}.")
    searched.write(document)
    return document.to_bytes()
