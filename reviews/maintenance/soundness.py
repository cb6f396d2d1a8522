"""The checks of `reviews check`, which find out whether a library is damaged."""

import hashlib
from collections.abc import Iterator

from corpus.disk.names import real_path
from corpus.disk.regular_file import open_regular, read_list
from corpus.disk.typed_json import typed
from corpus.errors import Corrupt
from corpus.removals import Removals
from corpus.settings import Settings
from corpus.storage.store import Store
from reviews.library import Library
from reviews.maintenance import copies
from reviews.maintenance.engine import upkeep
from reviews.maintenance.run_records import read_record


def problems(library: Library, *, full: bool = False) -> list[str]:
    """Return the problems as sentences, or nothing if there are none.

    Checks the corpus, the index and what was computed from it. With `full`, checks every byte and every word of these,
    and all other files: PDFs, records of runs, tokens, the list of removals.
    """
    settings = library.settings
    with Store.open(settings.database, read_only=True) as store:
        unsound = store.check()
        found = [*unsound, *upkeep(settings).check(store, full=full and not unsound)]
        if not found:  # a damaged index cannot be used to check what was computed from it
            found += library.searcher().cache_problems()
        if full:
            found += [*_of_removals(settings, store), *_of_files(settings, store), *_of_records(settings)]
    return [*dict.fromkeys(found)]  # the check of the index reads the corpus again


def _of_removals(settings: Settings, store: Store) -> Iterator[str]:
    known = {removal.report for removal in store.removals()}
    if missing := len(known - Removals.load(settings.removals).final.keys()):
        yield f"{settings.removals} lacks {missing} of the removals. Run `reviews update`, which writes it again."
    for copy in copies.find(settings, known):
        if copy.ours:
            yield f"{copy.key} has the bytes of the removed report {copy.report[:12]}. Delete it."


def _of_files(settings: Settings, store: Store) -> Iterator[str]:
    for key, record in store.files().items():
        path = real_path(settings.library, key)
        try:
            status = path.stat()
            if record.report and (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns):
                with open_regular(path) as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != record.report:
                        yield f"{key} has changed since it was read, but not its date. Run `reviews update --verify`."
        except OSError:
            continue  # the next update reports that it is gone, or why it cannot be read


def _of_records(settings: Settings) -> Iterator[str]:
    for path in (*sorted(settings.runs.glob("*.json")), settings.tokens):
        try:
            typed(read_list(path), {"tokens": [{str: str}]}) if path == settings.tokens else read_record(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Corrupt(f"{path} cannot be read: {error.strerror}.") from error
        except ValueError:
            yield f"{path} is damaged. Restore it from a backup or delete it."
