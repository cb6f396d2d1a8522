"""Files inside a PDF: how they are named in the corpus, and how they are matched when the PDF is read again."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath

from corpus.disk.names import safe_name
from corpus.files import FileRecord
from corpus.model import ATTACHED_APART

_IN = " in portfolio "


def key_of(portfolio: str, name: str) -> str:
    """Return the corpus path of a file inside another one: `…/X.pdf/Overview.pdf in portfolio X.pdf`."""
    plain = safe_name(name).replace("/", "_").replace("\\", "_")
    return f"{portfolio}/{plain}{_IN}{PurePath(portfolio).name}"


def portfolio_of(key: str) -> str | None:
    """Return the path of the PDF that contains a file, or None for a file on disk."""
    portfolio, _, name = key.rpartition("/")
    return portfolio if portfolio and name.endswith(_IN + PurePath(portfolio).name) else None


def stem(key: str) -> str:
    """Return a file name without its extension, as a hint for the title."""
    portfolio, name = portfolio_of(key), PurePath(key).name
    return PurePath(name.removesuffix(_IN + PurePath(portfolio).name) if portfolio else name).stem


def pdfs(names: str) -> list[tuple[int, str]]:
    """Return the PDFs among the attached files, each as its position (0-based) and name."""
    return [(at, name) for at, name in enumerate(names.split(ATTACHED_APART)) if name.lower().endswith(".pdf")]


def stale(known: Mapping[str, FileRecord], readers: Collection[str]) -> set[str]:
    """Return the PDFs that contain a file which a better reader would read again."""
    return {
        portfolio
        for key, record in known.items()
        if record.reader not in readers and (portfolio := portfolio_of(key)) is not None
    }


def is_read(files: Mapping[str, FileRecord], portfolios: Iterable[str], name: str) -> bool:
    """Return whether an attached file of these PDFs became a report."""
    records = (files.get(key_of(portfolio, name)) for portfolio in portfolios)
    return any(record is not None and record.report is not None for record in records)


def inside(keys: Iterable[str], portfolios: Collection[str]) -> list[str]:
    """Return those paths that are inside one of the given PDFs."""
    return [key for key in keys if portfolio_of(key) in portfolios]
