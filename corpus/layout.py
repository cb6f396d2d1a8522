"""How does a library begin? One private folder that holds everything of one collection."""

import os
from pathlib import Path

from corpus.atomic import write_whole
from corpus.errors import LimitHit, UsageError
from corpus.settings import FILE, Settings
from corpus.storage.store import Store

SHIPPED_CATALOGUE = Path(__file__).with_name("catalogue.csv")


def create_library(path: Path) -> Settings:
    """Make a library, or what is missing of it; nothing that is there is overwritten.

    A folder that already holds other things is refused: making it private would lock others out of them.
    """
    settings = Settings(library=Path(os.path.abspath(path)))  # noqa: PTH100 - see load_settings
    library = settings.library
    if library.exists() and not library.is_dir():
        raise UsageError(f"{library} is a file. Name a folder that is new or empty.")
    try:
        library.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = {settings.reports, settings.catalogue, settings.themes, settings.index, settings.runs, library / FILE}
        ours |= {library / name for name in ("cache", "access", "tokens.json")}
        database = settings.database.name
        foreign = sorted(
            each.name
            for each in library.iterdir()
            if each not in ours and not each.name.startswith((".", database)) and not settings.database.exists()
        )
        if foreign:
            raise UsageError(
                f"{library} holds other things ({', '.join(foreign[:3])}{' …' if len(foreign) > 3 else ''}). "
                "Name a folder that is new or empty; folders of reports are read where they are."
            )
        library.chmod(0o700)
        for folder in (settings.reports, settings.index, settings.runs):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LimitHit(f"{library} cannot be made ({error.strerror}). Check the disk and your rights.") from error
    write_whole(settings.catalogue, SHIPPED_CATALOGUE.read_bytes(), replace=False)
    Store.open(settings.database, create=True).close()
    return settings
