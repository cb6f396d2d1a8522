"""The vectors of a library on disk: a folder for each model, with a file for each reading and a manifest.

The manifest lists the valid files, and is replaced atomically after each file. So a killed process loses the work on
one report at most, and leaves at most one unlisted file, which the next run deletes.
"""

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.disk.atomic import flush_folder, write_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import LimitHit
from index.vectors.packed import is_whole, sealed

MANIFEST = "manifest.json"
_FORM = {"generation": int, "files": {str: [(str, [int])]}}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of vectors.

    `sha256` is its hash, and `ordinals` are the paragraphs whose vectors it contains, in order.
    """

    sha256: str
    ordinals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors that one model made.

    `generation` increases with every change. `entries` are keyed by reading. `sealed` is the hash of the manifest, ""
    if there is none.
    """

    folder: Path
    generation: int
    entries: Mapping[int, Entry]
    sealed: str = ""

    def adding(self, reading: int, ordinals: Collection[int], packed: bytes) -> "Vectors":
        """Write the vectors of one more reading to disk, and return the vectors including it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(_file(self.folder, reading), packed)
        return self._saved({**self.entries, reading: Entry(hashlib.sha256(packed).hexdigest(), tuple(ordinals))})

    def only(self, readings: Collection[int]) -> "Vectors":
        """Delete the vectors of all other readings, and return what is left."""
        left = {reading: entry for reading, entry in self.entries.items() if reading in readings}
        changed = self if len(left) == len(self.entries) else self._saved(left)
        wanted = {MANIFEST, *(_file(self.folder, reading).name for reading in left)}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in wanted:  # including files that a killed run left half-written
                _delete(path)
        return changed

    def read(self, reading: int) -> bytes | None:
        """Return the packed vectors of a reading, or None if the file is missing or damaged."""
        try:
            data = read_list(_file(self.folder, reading))
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == self.entries[reading].sha256 else None

    def _saved(self, entries: Mapping[int, Entry]) -> "Vectors":
        generation = self.generation + 1
        files = {str(reading): [entry.sha256, entry.ordinals] for reading, entry in sorted(entries.items())}
        body = json.dumps({"generation": generation, "files": files}).encode()
        write_atomic(self.folder / MANIFEST, data := sealed(body))
        return replace(self, generation=generation, entries=entries, sealed=data[:64].decode())


def stored(vectors: Path, model: str) -> Vectors:
    """Return the vectors of a model, given by its fingerprint. A missing or damaged manifest is treated as empty.

    Raises LimitHit if the folder is a link, because what is written and deleted there may not be the library's.
    """
    folder = vectors / model
    if folder.is_symlink():
        raise LimitHit(f"{folder} is a link, and must be a folder of the library. Delete the link.")
    try:
        data = read_list(folder / MANIFEST)
    except OSError:
        return Vectors(folder, 0, {})
    if not is_whole(data):
        return Vectors(folder, 0, {})
    try:
        said = typed(data.partition(b"\n")[2], _FORM)
        entries = {int(n): _entry(*file) for n, file in said["files"].items() if len(file) == 2}
    except ValueError:
        return Vectors(folder, 0, {})
    return Vectors(
        folder,
        said["generation"],
        entries,
        data[:64].decode(),
    )


def keep_only(vectors: Path, readings: Collection[int], model: str | None = None) -> None:
    """Delete the vectors of all other readings, for every model.

    With `model`, also delete those of all other models.
    """
    for folder in vectors.iterdir() if vectors.is_dir() else ():
        if folder.is_symlink() or not folder.is_dir() or model not in (None, folder.name):
            _delete(folder)
        else:
            stored(vectors, folder.name).only(readings)
            flush_folder(folder)


def _entry(hashed: object, ordinals: object) -> Entry:
    if not isinstance(hashed, str) or not isinstance(ordinals, list):
        raise ValueError("not an entry")
    return Entry(hashed, tuple(ordinals))


def _file(folder: Path, reading: int) -> Path:
    return folder / f"{reading}.vectors"


def _delete(path: Path) -> None:
    try:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    except OSError as error:
        raise refused(path, error, doing="deleted") from error
