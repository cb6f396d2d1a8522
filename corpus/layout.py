"""Create a library: a private folder with everything that belongs to one collection."""

import os
from collections.abc import Sequence
from pathlib import Path

from corpus.catalogue import rows as catalogue_rows
from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.errors import UsageError
from corpus.settings import Settings
from corpus.storage.store import Store

CATALOGUES = {
    "knowsley": Path(__file__).parent / "catalogues" / "knowsley.csv",
    "demonstration": Path(__file__).parent / "demo" / "catalogue.csv",
}
"""Example catalogues that ship with the program. A library gets one only on request."""


def create_library(path: Path, examples: Sequence[str] = ()) -> Settings:
    """Create a library, or what is missing from it. Nothing is overwritten.

    `examples` are names of example catalogues to copy into the new one. Raises UsageError for a folder that contains
    other files, because making it private would lock other people out of them.
    """
    settings = Settings(library=Path(os.path.abspath(path)))  # noqa: PTH100 - see load_settings
    library = settings.library
    if library.exists() and not library.is_dir():
        raise UsageError(f"{library} is a file. Choose a new or empty folder.")
    try:
        library.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = sorted(
            each.name
            for each in library.iterdir()
            if not settings.owns(each) and not each.name.startswith(".") and not settings.database.exists()
        )
        if foreign:
            raise UsageError(
                f"{library} contains other files ({', '.join(foreign[:3])}{' …' if len(foreign) > 3 else ''}). "
                "Choose a new or empty folder for the library. Your folders of reports are read where they are."
            )
        library.chmod(0o700)
        for folder in (settings.reports, settings.index, settings.runs):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise refused(library, error, doing="created") from error
    if examples and catalogue_rows.load(settings.catalogue).rows:
        raise UsageError(
            f"{settings.catalogue} already has rows, so it was not changed. Move it away to start with an example."
        )
    rows = [row.cells for name in examples for row in catalogue_rows.load(CATALOGUES[name]).rows]
    write_atomic(settings.catalogue, catalogue_rows.to_csv(rows), replace=bool(examples))
    Store.open(settings.database, create=True).close()
    return settings
