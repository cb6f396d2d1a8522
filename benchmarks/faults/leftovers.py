"""Find what is left of a text in a folder, in every byte and name of its files, including compressed streams.

A word is searched for in UTF-8 and in UTF-16 of both byte orders, ignoring case. Everything in a file that opens as
zlib, gzip or ZIP is unpacked and searched too, three levels deep, which covers the streams of PDFs, workbooks and
archives.
"""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_DEPTH = 3
_MOST = 50_000_000  # bytes of one unpacked stream
_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


def leftovers(folder: Path, words: Sequence[str]) -> list[str]:
    """Return where the words were found, as "path: word (encoding)". Empty if they were not."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found.update(
            f"{name}: {word} (name)"
            for word in words
            if word.lower() in os.fsencode(name).lower().decode(errors="replace")
        )
        if path.is_file() and not path.is_symlink():
            for content in _unpacked(path.read_bytes(), _DEPTH):
                found.update(f"{name}: {hit}" for hit in _hits(content, words))
    return sorted(found)


def _hits(content: bytes, words: Sequence[str]) -> Iterator[str]:
    folded = content.lower()  # ASCII letters only, which does not disturb UTF-16
    for word in words:
        for encoding in ENCODINGS:
            if word.lower().encode(encoding) in folded:
                yield f"{word} ({encoding})"


def _unpacked(content: bytes, depth: int) -> Iterator[bytes]:
    """Yield the bytes themselves, and those of every stream in them."""
    yield content
    if not depth:
        return
    if b"PK\x03\x04" in content:
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as book:
            for part in book.infolist():
                with suppress(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
                    yield from _unpacked(book.read(part), depth - 1)
    for start in _STREAM.finditer(content):
        with suppress(zlib.error, OSError, EOFError):
            yield from _unpacked(_inflated(content[start.start() :]), depth - 1)


def _inflated(stream: bytes) -> bytes:
    if stream[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(stream)) as file:
            return file.read(_MOST)
    return zlib.decompressobj().decompress(stream, _MOST)
