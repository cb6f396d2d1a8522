"""The manifest of a generation: what it contains, and its form in JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.disk.typed_json import typed
from corpus.report import Coverage
from index.storage.engine import SegmentSummary

_FORM = {
    "id": str,
    "built_at": str,
    "revision": int,
    "fingerprint": str,
    "segments": [{"name": str, "documents": [[int]]}],
    "live": [int],
    "coverage": {str: int},
    "interim?": bool,
    "files": {str: {"size": int, "mtime_ns": int, "sha256": str}},
}

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.]{0,99}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a generation.

    `built_at` is UTC, ISO 8601. `revision` is the revision of the corpus that it was built from. `fingerprint` must
    match for it to be used. `live` are the readings that it searches; the segments may contain others, which are dead.
    `interim` means that it was published before the run had read all files.
    """

    id: str
    built_at: str
    revision: int
    fingerprint: str
    segments: tuple[SegmentSummary, ...]
    live: frozenset[int]
    coverage: Coverage
    interim: bool = False


def to_json(manifest: Manifest, files: Mapping[str, Any]) -> str:
    """Return the manifest as it is stored. `files` has the size, modification time and hash of each file."""
    values = {
        "id": manifest.id,
        "built_at": manifest.built_at,
        "revision": manifest.revision,
        "fingerprint": manifest.fingerprint,
        "segments": [{"name": s.name, "documents": list(s.documents)} for s in manifest.segments],
        "live": sorted(manifest.live),
        "coverage": manifest.coverage.to_dict(),
        "interim": manifest.interim,
    }
    return json.dumps({**values, "files": files})


def from_json(body: bytes) -> tuple[Manifest, Mapping[str, Any]]:
    """Return a stored manifest, and the files that it lists. Raises ValueError if it is damaged."""
    values = typed(body, _FORM)
    if not all(
        re.fullmatch(_NAME, name) for name in (*values["files"], *(each["name"] for each in values["segments"]))
    ):
        raise ValueError("a name that no file has")
    segments = (SegmentSummary(s["name"], [(r, length) for r, length in s["documents"]]) for s in values["segments"])
    manifest = Manifest(
        id=values["id"],
        built_at=values["built_at"],
        revision=values["revision"],
        fingerprint=values["fingerprint"],
        segments=tuple(segments),
        live=frozenset(values["live"]),
        coverage=Coverage.from_dict(values["coverage"]),
        interim=values.get("interim", False),
    )
    return manifest, values["files"]
