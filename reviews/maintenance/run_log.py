"""The records of what was done: one JSON file a run and its twin in plain text, newest last by name.

A record holds ids, names and counts: no text of a report, no query.
"""

import json
import platform
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.atomic import write_whole
from ingest.summary import PARTS

_WORDS = {"reread": "read again", "same": "the same under another name", "failed": "not read"}


def write(runs: Path, started: datetime, command: str, error: str | None, told: dict[str, Any]) -> Path:
    """Leave the record of a run that ends now. error: why it did not do its work, None when it did."""
    runs.mkdir(mode=0o700, exist_ok=True)
    finished = datetime.now(UTC)
    record = {
        "command": command,
        "ok": error is None,
        "error": error,
        "started_at": started.isoformat(timespec="seconds"),
        "finished_at": finished.isoformat(timespec="seconds"),
        "versions": {"program": version("safeguarding-reviews"), "python": platform.python_version()},
        **told,
    }
    path = runs / f"{finished:%Y%m%dT%H%M%S.%fZ}.json"
    _keep(path, record)
    return path


def latest(runs: Path, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The records, newest first. One that cannot be read is passed over: it is no use to anybody."""
    for path in sorted(runs.glob("*.json"), reverse=True)[:limit]:
        with suppress(OSError, ValueError):
            record = json.loads(path.read_text("utf-8"))
            if isinstance(record, dict):
                yield {"ok": not record.get("problems"), "error": None, "command": "update", **record}


def age(runs: Path) -> timedelta | None:
    """How long ago the last update ended well; None when none has. Below zero when the clock was set back."""
    for record in latest(runs):
        if record["ok"] and record["command"] == "update":
            return datetime.now(UTC) - datetime.fromisoformat(record["finished_at"])
    return None


def forget(runs: Path, report: str) -> None:
    """Take the title and the file name of a report out of all records. What cannot be read as one is deleted: half of a
    record that an interrupted run left, or one that was damaged."""
    for left in runs.glob(".*"):
        left.unlink()
    for path in sorted(runs.glob("*.json")):
        try:
            text = path.read_text("utf-8")
            if report in text:
                _keep(path, _without(json.loads(text), report))
        except ValueError:
            path.unlink()
            path.with_suffix(".txt").unlink(missing_ok=True)


def lines(record: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    yield f"{record['command']}, {record.get('started_at', '?')} to {record['finished_at']}"
    yield "Ended well." if record["ok"] else f"FAILED: {record['error'] or ' '.join(record.get('problems', []))}"
    done = record.get("ingest")
    if done:
        yield f"{done['found']:>9,} files found"
        for part in PARTS:
            yield f"{done.get(part, 0):>9,} {_WORDS.get(part, part)}"
        for withdrawal in done.get("withdrawn", ()):
            yield f"Withdrawn {withdrawal['date']}: {withdrawal['file']} ({withdrawal['report'][:12]})"
        for folder in done.get("held_back", ()):
            yield f"Empty or not there, so nothing of it was withdrawn: {folder}"
        for failure in done["failures"]:
            yield f"Not read, {failure['reason']}: {failure['file']}"
    for problem in (*record.get("catalogue", ()), *record.get("problems", ())):
        yield f"Problem: {problem}"
    index = record.get("index") or {}
    yield f"Index: generation {index['generation']}" if index.get("changed") else "Index: unchanged"
    took = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in record.get("seconds", {}).items())
    if took:
        yield f"Took: {took}"
    yield f"Program {record['versions']['program']}, Python {record['versions']['python']}"


def _keep(path: Path, record: dict[str, Any]) -> None:
    write_whole(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
    write_whole(path.with_suffix(".txt"), ("\n".join(lines(record)) + "\n").encode())


def _without(value: Any, report: str) -> Any:
    if isinstance(value, list):
        return [_without(each, report) for each in value]
    if isinstance(value, dict):
        blank = {"title": "", "file": ""} if value.get("report") == report else {}
        return {key: blank.get(key, _without(each, report)) for key, each in value.items()}
    return value
