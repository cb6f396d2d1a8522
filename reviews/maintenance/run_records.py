"""The form of a run's record on disk, and of the note that a run writes when it starts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from ingest.collect.summary import PARTS as COLLECTED
from ingest.summary import PARTS

_TEXT = (str, None)
_INGEST = {
    "found": int,
    **{f"{part}?": int for part in PARTS},
    "failures": [{"file": str, "reason": str}],
    "new_failures?": [str],
    "withdrawn?": [{"report": str, "title": str, "file": str, "date": str}],
    "held_back?": [str],
    "unwatched?": [str],
    "near_duplicates?": [{"report": str, "other": str}],
    "confinement?": str,
    "bound?": [str],
}
_COLLECT = {
    "sources": int,
    "answered": int,
    "listed": int,
    **{f"{part}?": int for part in COLLECTED},
    "withdrawn_reports": [str],
    "failures": [{"source": str, "url": str, "reason": str}],
}
_BASIS = {
    "sequence?": int,
    "command?": str,
    "ok?": (bool, None),
    "error?": _TEXT,
    "started_at?": _TEXT,
    "finished_at?": _TEXT,
}
_RECORD = {
    **_BASIS,
    "versions?": {"program": str, "python": str},
    "ingest?": (_INGEST, None),
    "collect?": (_COLLECT, None),
    "index?": ({"generation": _TEXT, "changed?": bool}, None),
    "catalogue?": [str],
    "problems?": [str],
    "followed?": [{"name": str, "new": [str], "failed": bool}],
    "seconds?": {str: float},
}
_NOTE = {**_BASIS, "sequence": int}


def read_record(path: Path) -> dict[str, Any]:
    """Return the record in a file. Fields that it does not need may be missing, because versions differ.

    Raises ValueError if it is damaged, and OSError.
    """
    return _with_times(typed(read_list(path), _RECORD))


def read_note(data: bytes) -> dict[str, Any]:
    """Return the note of a run. Raises ValueError if it is damaged."""
    return _with_times(typed(data, _NOTE))


def _with_times(record: dict[str, Any]) -> dict[str, Any]:
    times = [record[name] for name in ("started_at", "finished_at") if record.get(name)]
    if any(datetime.fromisoformat(time).tzinfo is None for time in times):
        raise ValueError("a time without its zone")
    return record
