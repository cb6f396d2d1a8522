"""Serve the PDF of a report as it was read.

A file that has changed since is not served, and no part of an address is used as a path.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from corpus.disk.names import real_path
from corpus.disk.regular_file import read_regular
from corpus.errors import NotFound
from corpus.report import Report
from ingest import portfolio
from reviews.library import Library
from reviews.web.reading.page_images import Pictures


def pdf_of(report: Report, library: Library, pictures: Pictures) -> bytes:
    """Return the bytes of a report, which may be inside a portfolio. Raises NotFound."""
    for data in _candidates(report, library, pictures):
        if hashlib.sha256(data).hexdigest() == report.id:
            return data
    raise NotFound(
        "The PDF of this report has been moved or changed since it was read. You can still read its text here."
    )


def is_here(report: Report, library: Library) -> bool:
    """Return whether the file of a report still exists as it was read.

    For a file inside a portfolio, the portfolio must exist.
    """
    for name in report.files:
        outer = portfolio.portfolio_of(name)
        try:
            path = real_path(library.settings.library, outer or name)
            now = path.stat()
        except (OSError, ValueError):
            continue
        if outer or _has_bytes(path, now.st_size, now.st_mtime_ns, library.settings.max_bytes, report.id):
            return True
    return False


@lru_cache(4096)
def _has_bytes(path: Path, size: int, mtime_ns: int, most: int, id: str) -> bool:
    """Return whether a file has the bytes of a report.

    The result is cached while the file's size and modification time stay the same.
    """
    try:
        return hashlib.sha256(read_regular(path, most)).hexdigest() == id
    except (OSError, ValueError):
        return False


def _candidates(report: Report, library: Library, pictures: Pictures) -> Iterator[bytes]:
    for name in report.files:
        outer = portfolio.portfolio_of(name)
        data = _read(outer or name, library)
        if data is None:
            continue
        if outer is None:
            yield data
            continue
        place = _place(name, outer, library)
        inner = None if place is None else pictures.attached(data, place, library.settings.max_bytes)
        if inner is not None:
            yield inner


def _read(name: str, library: Library) -> bytes | None:
    try:
        return read_regular(real_path(library.settings.library, name), library.settings.max_bytes)
    except (OSError, ValueError):
        return None


def _place(name: str, outer: str, library: Library) -> int | None:
    """Return the index of a file in its portfolio, or None."""
    with library.store() as store:
        record = store.files().get(outer)
        if record is None or record.report is None:
            return None
        inside = store.readings.attachments(store.readings.current_of(record.report))
    return next((at for at, each in enumerate(inside) if portfolio.key_of(outer, each) == name), None)
