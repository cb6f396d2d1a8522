"""Generations on disk: built separately, verified, switched to in one step, and checked before they are read.

    index/
      CURRENT            "<id> <hash of its manifest>": the only file that is replaced
      0000007/           a generation; never changed once CURRENT has named it
        manifest.json    its contents, with the size and SHA-256 of every other file; its own hash is its first line
        reports.json     the reports as they were described when it was built, by reading
        reviews_*        the engine's files

When a generation is opened, its files are hashed, except large postings files whose size and modification time match
the manifest. Each term's postings have a checksum, which is compared whenever the term is read.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.disk.atomic import delete_folder, flush_file, flush_folder
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import open_regular, read_list, read_regular
from corpus.disk.typed_json import typed
from corpus.errors import Corrupt, NoIndex, ReviewsError
from corpus.report import Report
from index.storage.engine import SegmentSummary
from index.storage.manifest import Manifest, from_json, to_json

POINTER = "CURRENT"
MANIFEST = "manifest.json"
REPORTS = "reports.json"
_POINTER = 200  # bytes, more than it has
KEEP = 3
"""The number of generations kept to go back to, not counting interim ones."""
_BUILDING = "building-"
_SMALL = 50_000_000  # bytes: hashing this many takes well under a tenth of a second
_POSTINGS = ".pst"


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation. `warnings` say what was wrong with newer ones that could not be used."""

    directory: Path
    manifest: Manifest
    warnings: tuple[str, ...] = ()

    def reports(self) -> dict[int, Report]:
        """Return the reports as described when the generation was built, by reading. Raises Corrupt."""
        try:
            described = typed(read_list(self.directory / REPORTS), {str: {str: object}})
            found = dict(zip(map(int, described), Report.from_dicts([*described.values()]), strict=True))
            if not self.manifest.live <= found.keys():
                raise ValueError("it lacks a report")
            return found
        except ValueError as error:
            raise Corrupt(
                f"{REPORTS} of generation {self.directory.name} is damaged ({error}). Run `reviews index --rebuild`."
            ) from error


def current(index: Path, *, thorough: bool = False) -> Generation:
    """Return the generation to read: the one that CURRENT names or, if that is damaged, the newest intact one.

    With `thorough`, every byte is hashed. Raises NoIndex if there are none, and Corrupt if none is intact.
    """
    if not index.is_dir() or not any(index.iterdir()):
        raise NoIndex(f"There is no index at {index} yet. Run `reviews update`.")
    warnings = []
    named = _named(index)
    candidates = sorted(_generations(index), reverse=True)
    if named is None:
        warnings.append(f"{index / POINTER} cannot be read.")
    elif named[0] in candidates:
        candidates.remove(named[0])
        # Generations newer than the one in CURRENT were never published.
        candidates = [named[0], *(c for c in candidates if c < named[0])]
    else:
        warnings.append(f"Generation {named[0]}, which {index / POINTER} names, is missing.")
    for candidate in candidates:
        directory = index / candidate
        try:
            manifest, files, hashed = _read(directory)
            if named and named[0] == candidate and named[1] != hashed:
                raise Corrupt(f"The manifest of generation {candidate} is not the one that was published.")
            _check_files(directory, files, thorough)
        except Corrupt as error:
            warnings.append(str(error))
            continue
        if warnings and _named(index) != named:  # one was published, and an old one deleted, in the meantime
            return current(index, thorough=thorough)
        if warnings:
            warnings.append(f"Using generation {candidate}. Run `reviews update` to build a new one.")
        return Generation(directory, manifest, tuple(warnings))
    if _named(index) != named:
        return current(index, thorough=thorough)
    raise Corrupt(" ".join([*warnings, "No undamaged generation is left. Run `reviews index --rebuild`."]))


def start(index: Path) -> Path:
    """Return an empty directory to build in. Anything left behind by an interrupted build is deleted."""
    index.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in index.glob(f"{_BUILDING}*"):
        delete_folder(left)
    directory = index / f"{_BUILDING}{os.getpid()}"
    directory.mkdir(mode=0o700)
    return directory


def take_over(
    index: Path, before: Generation, building: Path, segments: Iterable[SegmentSummary]
) -> tuple[dict[str, str], bool]:
    """Add the files of some segments of a generation to one that is being built. Every byte of them is hashed.

    A flipped bit must not reach two consecutive generations. So a file is never shared with `before`, but with an older
    generation that has its own copy: every second generation has the same files, and only files that are new in
    `before` are copied. Returns the hash of each file, and whether a file of an older generation is damaged. Raises
    Corrupt if a file of `before` is.
    """
    listed = _read(before.directory)[1]
    older = [each.directory for each in reversed(kept(index)) if each.directory != before.directory]
    taken, damaged = {}, False
    for segment in segments:
        for path in before.directory.glob(f"*_{segment.name}.*"):
            hashed = listed[path.name]["sha256"] if path.name in listed else ""
            others = (directory / path.name for directory in older)
            copies = [other for other in others if other.exists() and not other.samefile(path)]
            intact = next((copy for copy in copies if _has_hash(copy, hashed)), None)
            damaged = damaged or (bool(copies) and intact != copies[0])
            if intact is None or not _link(intact, building):
                import shutil  # here, because every search imports this module

                shutil.copyfile(path, building / path.name)
                if _hash(building / path.name) != hashed:
                    raise Corrupt(f"{path.name} of generation {before.directory.name} is damaged.")
            taken[path.name] = hashed
    return taken, damaged


def _has_hash(path: Path, hashed: str) -> bool:
    try:
        return _hash(path) == hashed
    except OSError:  # the copy in `before` may still be intact
        return False


def _link(path: Path, building: Path) -> bool:
    """Add a hard link in `building`. Returns False if the disk has none."""
    try:
        (building / path.name).hardlink_to(path)
    except OSError:
        return False
    return True


def publish(
    index: Path, building: Path, manifest: Manifest, reports: Mapping[int, Report], taken: Mapping[str, str]
) -> Generation:
    """Complete a directory that has been built, name it and make it the current generation.

    Everything is on disk when this returns. `taken` has the hashes of the files that were taken over.
    """
    described = {reading: report.to_dict() for reading, report in reports.items()}
    (building / REPORTS).write_text(json.dumps(described, ensure_ascii=False), "utf-8")
    files = {path.name: path for path in sorted(building.iterdir())}
    for path in files.values():
        path.chmod(0o600)  # the engine creates its files with the permissions of the umask
        flush_file(path)
    listed = {name: _describe(path, taken.get(name)) for name, path in files.items()}
    body = to_json(manifest, listed)
    hashed = hashlib.sha256(body.encode()).hexdigest()
    _write(building / MANIFEST, f"{hashed}\n{body}")
    flush_folder(building)
    directory = index / manifest.id
    building.rename(directory)
    flush_folder(index)
    _point(index, manifest.id, hashed)
    return Generation(directory, manifest)


def use(index: Path, generation: str) -> Generation:
    """Switch to a generation that is kept, older or newer, if it is intact."""
    if generation not in _generations(index):
        kept = ", ".join(sorted(_generations(index))) or "none"
        raise NoIndex(f"Generation {generation} is not stored. The stored generations are: {kept}.")
    manifest, files, hashed = _read(index / generation)
    _check_files(index / generation, files, thorough=True)
    _point(index, generation, hashed)
    return Generation(index / generation, manifest)


def next_id(index: Path) -> str:
    """Return a name for a new generation. Names are numbers, so that newer ones sort last whatever the clock says."""
    return f"{max((int(name) for name in _generations(index)), default=0) + 1:07d}"


def kept(index: Path) -> list[Generation]:
    """Return the intact generations that are kept, oldest first."""
    found = []
    for name in sorted(_generations(index)):
        try:
            found.append(Generation(index / name, _read(index / name)[0]))
        except Corrupt:
            continue  # `problems` reports it, and `prune` deletes it when it is old
    return found


def prune(index: Path, *, thorough: bool = False) -> None:
    """Delete all but the last KEEP generations and the one in use.

    A damaged generation cannot be gone back to, so it does not count. With `thorough`, every byte is checked for that,
    because damage has been found. Of the interim ones, those among the last two are kept, because the one before the
    newest may still be in use.
    """
    named = _named(index)
    names = sorted(_generations(index))
    settled = [each.directory.name for each in kept(index) if not each.manifest.interim]
    wanted = {*settled[-KEEP:], *names[-2:]}
    for name in names:
        if (named is None or name != named[0]) and (name not in wanted or not _whole(index / name, thorough)):
            delete_folder(index / name)


def _whole(directory: Path, thorough: bool) -> bool:
    try:
        _check_files(directory, _read(directory)[1], thorough)
    except Corrupt:
        return False
    return True


def keep_only(index: Path, generation: str) -> None:
    """Delete all generations but one, and what interrupted builds left behind.

    No data may remain that is not in that generation.
    """
    for path in index.iterdir():
        if path.is_dir() and path.name != generation and (path.name.isdigit() or path.name.startswith(_BUILDING)):
            delete_folder(path)
    flush_folder(index)


def holds_any(index: Path, reports: Collection[str], readings: Collection[int]) -> bool:
    """Return whether anything in the folder may contain text of one of the reports or readings.

    This includes generations that no longer search it, unreadable ones, and what interrupted builds left behind.
    """
    if not index.is_dir():
        return False
    for path in index.iterdir():
        if path.is_dir() and path.name.startswith(_BUILDING):
            return True
        if path.is_dir() and path.name.isdigit():
            try:
                generation = Generation(path, _read(path)[0])
                written = {reading for segment in generation.manifest.segments for reading, _ in segment.documents}
                if written & {*readings} or any(each.id in reports for each in generation.reports().values()):
                    return True
            except (ReviewsError, OSError):
                return True
    return False


def problems(index: Path, *, thorough: bool = False) -> list[str]:
    """Return the problems with any kept generation or with CURRENT, as sentences. Empty if there are none."""
    found, named = list[str](), _named(index)
    if named is None:
        found.append(f"{index / POINTER} cannot be read. Run `reviews update` to write it again.")
    for name in sorted(_generations(index)):
        try:
            _, files, hashed = _read(index / name)
            if named and named[0] == name and named[1] != hashed:
                raise Corrupt(f"The manifest of generation {name} is not the one that was published.")
            _check_files(index / name, files, thorough)
        except Corrupt as error:
            found.append(f"{error} Run `reviews index --rebuild`.")
    if named and named[0] not in _generations(index):
        found.append(f"Generation {named[0]}, which {index / POINTER} names, is not there. Run `reviews update`.")
    return found


def _generations(index: Path) -> set[str]:
    return {path.name for path in index.iterdir() if path.name.isdigit() and path.is_dir()} if index.is_dir() else set()


def _named(index: Path) -> tuple[str, str] | None:
    """Return the contents of CURRENT, or None if they are not valid."""
    try:
        said = read_regular(index / POINTER, _POINTER)
    except OSError:
        return None
    match = re.fullmatch(rb"([0-9]{7}) ([0-9a-f]{64})\n", said)
    return (match[1].decode(), match[2].decode()) if match else None


def _point(index: Path, generation: str, hashed: str) -> None:
    fresh = index / f"{POINTER}.new"
    if os.path.lexists(fresh):  # of an interrupted build, or a pipe or a link in a library from somebody else
        fresh.unlink()
    _write(fresh, f"{generation} {hashed}\n")
    fresh.replace(index / POINTER)
    flush_folder(index)


def _read(directory: Path) -> tuple[Manifest, Mapping[str, Any], str]:
    """Return a generation's manifest, the files that it lists, and its hash."""
    broken = f"The manifest of generation {directory.name} is damaged."
    try:
        hashed, _, body = read_list(directory / MANIFEST).partition(b"\n")
    except OSError as error:
        raise _unreadable(directory / MANIFEST, error) from error
    if hashlib.sha256(body).hexdigest().encode() != hashed:
        raise Corrupt(broken)
    try:
        manifest, files = from_json(body)
    except ValueError as error:
        raise Corrupt(broken) from error
    if manifest.id != directory.name:
        raise Corrupt(f"{directory} says it is generation {manifest.id}: it was copied from somewhere else.")
    return manifest, files, hashed.decode()


def _check_files(directory: Path, listed: Mapping[str, Any], thorough: bool) -> None:
    """Raise Corrupt if a file of the generation is not as it was written.

    `listed` are the files according to the manifest, with the size, modification time and hash of each.
    """
    thorough = thorough or sum(written["size"] for written in listed.values()) <= _SMALL
    for name, written in listed.items():
        try:
            stat = (directory / name).stat()
            same = stat.st_size == written["size"]
            if same and (thorough or not name.endswith(_POSTINGS) or stat.st_mtime_ns != written["mtime_ns"]):
                same = _hash(directory / name) == written["sha256"]
        except OSError as error:
            raise _unreadable(directory / name, error) from error
        if not same:
            raise Corrupt(f"{name} of generation {directory.name} is damaged.")


def _unreadable(path: Path, error: OSError) -> ReviewsError:
    if isinstance(error, PermissionError):  # it is not damaged, but owned by another user
        return refused(path, error, doing="read")
    what = "The manifest" if path.name == MANIFEST else path.name
    return Corrupt(f"{what} of generation {path.parent.name} cannot be read: {error.strerror}.")


def _describe(path: Path, hashed: str | None) -> dict[str, object]:
    stat = path.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": hashed or _hash(path)}


def _hash(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    flush_file(path)
