"""Libraries that cannot be searched, each made by breaking a working one."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from corpus.paths import LibraryPaths


def not_built(library: Path) -> None:
    """Leave the reports, but no index."""
    shutil.rmtree(LibraryPaths(library).index)


def damaged(library: Path) -> None:
    for path in LibraryPaths(library).index.rglob("*"):
        if path.is_file() and path.name != "CURRENT":
            path.write_bytes(b"x")


def other_version(library: Path) -> None:
    """Change the index as if another version of the program had made it."""
    (manifest,) = LibraryPaths(library).index.rglob("manifest.json")
    pointer = LibraryPaths(library).index / "CURRENT"
    before = manifest.read_bytes()
    hashed = hashlib.sha256(before.partition(b"\n")[2]).hexdigest()
    after = re.sub(rb'"fingerprint": "[^"]*"', b'"fingerprint": "whoosh 1, analysis 1"', before.partition(b"\n")[2])
    now = hashlib.sha256(after).hexdigest()
    manifest.write_bytes(now.encode() + b"\n" + after)
    pointer.write_text(pointer.read_text().replace(hashed, now))
