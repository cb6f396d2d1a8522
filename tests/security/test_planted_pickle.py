"""Somebody who can write to the library plants a pickle in the index, with matching hashes. It is never unpickled."""

import hashlib
import json
import os
import pickle  # noqa: TID251 - the attack
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest
from whoosh.codec.whoosh3 import STORED_COLUMN
from whoosh.filedb.filestore import FileStorage

from benchmarks.faults.removal import small_pdf
from corpus.errors import ReviewsError
from corpus.layout import create_library
from corpus.settings import load_settings
from corpus.storage.store import Store
from index import build
from index.storage import generations
from reviews.maintenance.update import run

_BEFORE = struct.calcsize("!BfIBBfII")  # bytes that Whoosh keeps of a term; the first says whether a pickle follows
_KEY = len("..nurse")  # the number of the field, and the word


class Planted:
    """An object that creates a folder when it is unpickled."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.sign),)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("planted") / "library"
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    (library / "reports" / "one.pdf").write_bytes(small_pdf("The school nurse was told of the injury."))
    run(load_settings(library), ())
    return library


def sealed(index: Path) -> None:
    """Update the hashes of a generation that was changed, as somebody who knows the program can."""
    directory = generations.current(index, thorough=False).directory if _readable(index) else index / "0000001"
    body = json.loads((directory / "manifest.json").read_text("utf-8").partition("\n")[2])
    for name, told in body["files"].items():
        data, status = (directory / name).read_bytes(), (directory / name).stat()
        told.update(size=len(data), mtime_ns=status.st_mtime_ns, sha256=hashlib.sha256(data).hexdigest())
    text = json.dumps(body)
    hashed = hashlib.sha256(text.encode()).hexdigest()
    (directory / "manifest.json").write_text(f"{hashed}\n{text}", "utf-8")
    (index / "CURRENT").write_bytes(f"0000001 {hashed}\n".encode())


def _readable(index: Path) -> bool:
    try:
        generations.current(index)
    except ReviewsError:
        return False
    return True


def in_the_table_of_contents(generation: Path, planted: Planted) -> None:
    (path,) = generation.glob("*.toc")
    path.write_bytes(path.read_bytes()[:20] + pickle.dumps(planted, 2))


def in_the_stored_fields(generation: Path, planted: Planted) -> None:
    (path,) = generation.glob("*._stored.col")
    file = FileStorage(str(generation)).create_file(path.name)
    writer = STORED_COLUMN.writer(file)
    writer.add(0, planted)
    writer.finish(1)
    file.close()


def in_the_notes_of_the_terms(generation: Path, planted: Planted) -> None:
    """Plant it where Whoosh stores the names of its fields: before the list of places, at the end of the term table."""
    (path,) = generation.glob("*.trm")
    data = path.read_bytes()
    (length,) = struct.unpack("!i", data[-4:])
    notes = data[-4 - length : -4]
    places = notes[notes.index(b".") + 1 :] if b"." in notes else b""
    fresh = pickle.dumps(planted, 2) + places
    path.write_bytes(data[: -4 - length] + fresh + struct.pack("!i", len(fresh)))


def in_the_postings_of_a_term(generation: Path, planted: Planted) -> None:
    """Plant it in the postings of a rare word, which Whoosh reads from a pickle if the first byte says so."""
    (path,) = generation.glob("*.trm")
    data = bytearray(path.read_bytes())
    at, pickled = data.rindex(b"nurse") + len("nurse"), pickle.dumps(planted, 2)
    data[at - _KEY - 4 : at - _KEY] = struct.pack("!i", _BEFORE + len(pickled))  # the length of what follows the key
    data[at] = 1
    data[at + _BEFORE : at + _BEFORE + len(pickled)] = pickled
    path.write_bytes(data)


PLACES = (
    in_the_table_of_contents,
    in_the_stored_fields,
    in_the_notes_of_the_terms,
    in_the_postings_of_a_term,
)


@pytest.mark.parametrize("plant", PLACES)
def test_a_planted_pickle_is_never_opened(library: Path, tmp_path: Path, plant: Any) -> None:
    copy, sign = Path(shutil.copytree(library, tmp_path / "library")), tmp_path / "it ran"
    plant(copy / "index" / "0000001", Planted(sign))
    sealed(copy / "index")
    everything_is_asked(copy)
    assert not sign.exists()


def test_nothing_of_pickle_is_called_when_an_index_is_opened_asked_checked_and_merged(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("unpickled")

    copy = Path(shutil.copytree(library, tmp_path / "library"))
    for name in (
        "whoosh.filedb.structfile.load_pickle",
        "whoosh.codec.whoosh3.loads",
        "whoosh.columns.loads",
        "whoosh.index.pickle.loads",
    ):
        monkeypatch.setattr(name, refuse)
    assert everything_is_asked(copy) == []


def everything_is_asked(library: Path) -> list[str]:
    """Open, search, check in full and build on the index.

    Returns the errors, which may be any except those of a bug.
    """
    import reviews

    errors = []

    def search() -> None:
        with reviews.open(library) as opened:
            for query in ("nurse", "n*", '"school nurse"', "theme:neglect", "sc*"):
                opened.search(query, explain=True)

    def check() -> None:
        with Store.open(library / "corpus.db", read_only=True) as store:
            build.check(store, library / "index", full=True)

    def merge() -> None:
        with Store.open(library / "corpus.db") as store:
            build.build(store, library / "index", clean=True)

    for act in (search, check, merge):
        try:
            act()
        except Exception as error:  # noqa: BLE001 - a damaged index may be refused in any way
            errors.append(f"{act.__name__}: {type(error).__name__}: {error}")
    return errors
