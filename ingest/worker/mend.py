"""Mend damaged PDFs: a new end, so that the readers find the objects again, and the number of pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.worker.pdfium import documents

_ROOT = re.compile(rb"/Root\s+(\d{1,7})\s+(\d{1,5})\s+R")
_CATALOG = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+obj\b(?:(?!endobj).){0,2000}?/Type\s*/Catalog\b", re.DOTALL)
_PAGES = re.compile(rb"/Type\s*/Pages\b")
_COUNT = re.compile(rb"(/Count\s+)(\d+)(?!\s+\d+\s+R)")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d|<<)")


def with_new_end(data: bytes) -> bytes | None:
    """Return the file with a trailer that names its catalogue and has no cross-reference table, or None.

    Without a table, a reader searches for the objects themselves. Returns None if the file names no catalogue or is
    encrypted, because only its own trailer can say how.
    """
    if _ENCRYPTED.search(data):
        return None
    found = _ROOT.findall(data)[-1:] or _CATALOG.findall(data)[-1:]
    if not found:
        return None
    number, generation = found[0]
    start = max(data.find(b"%PDF-"), 0)
    return b"%s\ntrailer\n<</Root %s %s R>>\nstartxref\n0\n%%%%EOF\n" % (data[start:], number, generation)


@contextmanager
def opened(data: bytes, pages: int) -> Iterator[int]:
    """Open the document in `data`. If it claims to have fewer than `pages`, all that can be found are opened.

    Raises Unopened.
    """
    with documents.opened(data) as book:
        count = documents.count_pages(book)
        if count < pages:
            with documents.opened(_with_all_pages(data)) as whole:
                yield whole if documents.count_pages(whole) > count else book
        else:
            yield book


def _with_all_pages(data: bytes) -> bytes:
    """Return the file without the number of pages that it claims to have, so that PDFium counts them."""
    return b"endobj".join([_uncounted(part) if _PAGES.search(part) else part for part in data.split(b"endobj")])


def _uncounted(part: bytes) -> bytes:
    start = part.rfind(b"obj")
    return part[:start] + _COUNT.sub(lambda count: count[1] + b"0" * len(count[2]), part[start:])
