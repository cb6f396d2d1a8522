"""The records of past runs: a numbered JSON file for each run, and the same as plain text.

A record contains ids, names and counts, but no report text and no query. A run that left no record is reported from the
note that it wrote when it started (`reviews.maintenance.running`).
"""

import json
import platform
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.errors import LimitHit
from corpus.reasons import Reason
from ingest.collect.summary import PARTS as COLLECTED
from ingest.summary import PARTS
from reviews.maintenance import running
from reviews.maintenance.lock import held
from reviews.maintenance.run_records import read_record

_UNENCODABLE = "backslashreplace"  # a message may name a path that is not valid text
_WORDS = {"reread": "read again", "same": "identical copies", "failed": "not read", "waiting": "not read yet"}
_COLLECTED_WORDS = {
    "known": "checked recently and unchanged",
    "same": "identical copies",
    "left_out": "left out by kind",
    "removed": "removed from this library",
    "gone": "no longer at their address",
    "failed": "could not be fetched",
    "waiting": "not fetched yet",
}
MANY = 20
"""The maximum number of withdrawn reports listed in text. The rest are counted."""
_OF_NO_RECORD = {"error": None, "started_at": None, "finished_at": None}
_PDF = re.compile(r"\.pdf\b", re.IGNORECASE)
_UNNAMED = "The message named a file that is no longer known. It was deleted when a report was removed."
_NAME = re.compile(r"run-(\d{7,})-.*\.json")  # sorts after the names of older versions, which began with a time


def begin(runs: Path, started: datetime, command: str) -> int:
    """Record that a run has started. Returns its number."""
    with suppress(OSError):
        runs.mkdir(mode=0o700, exist_ok=True)
    last = running.noted(runs)
    number = 1 + max([*_numbered(runs), last["sequence"] if last else 0], default=0)
    running.note(runs, _begun(number, started, command))
    return number


def files_of(ingest: Mapping[str, Any]) -> str:
    """Return what a run did with the files that it found, in numbers that add up, or "" if it found none."""
    counts = [f"{ingest[part]:,} {_in_short(part, ingest[part])}" for part in ("found", *PARTS) if ingest.get(part)]
    return ", ".join(counts)


def _in_short(part: str, number: int) -> str:
    return "identical copy" if part == "same" and number == 1 else _WORDS.get(part, part)


def write(
    runs: Path, started: datetime, command: str, error: str | None, result: dict[str, Any], number: int | None = None
) -> Path:
    """Write the record of a run that ends now. `error` is why it failed, or None. `number` comes from `begin`.

    Raises LimitHit if it cannot be written. The run is then reported from its note.
    """
    if number is None:
        number = begin(runs, started, command)
    finished = datetime.now(UTC)
    record = {
        "sequence": number,
        "command": command,
        "ok": error is None,
        "error": error,
        "started_at": started.isoformat(timespec="seconds"),
        "finished_at": finished.isoformat(timespec="seconds"),
        "versions": {"program": version("safeguarding-reviews"), "python": platform.python_version()},
        **_nameless(result),
    }
    path = runs / f"run-{number:07d}-{finished:%Y%m%dT%H%M%SZ}.json"
    try:
        _keep(path, record)
    except LimitHit as unwritten:
        why = error or str(unwritten)
        running.note(runs, {**_begun(number, started, command), "error": why, "finished_at": record["finished_at"]})
        raise
    return path


def latest(runs: Path, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the records, newest first by number, even if the clock was wrong.

    A run without a record, and a record that cannot be read, count as failures. `ok` is None while a run is in
    progress.
    """
    unrecorded = _unrecorded(runs)
    if unrecorded is not None:
        yield unrecorded
        limit = None if limit is None else limit - 1
    for path in sorted(runs.glob("*.json"), reverse=True)[:limit]:
        try:
            record = read_record(path)
        except OSError as error:
            yield _without_record(str(refused(path, error, doing="read")))
        except ValueError:
            yield _without_record(f"{path} is damaged, so the result of that run is unknown. Delete the file.")
        else:
            yield {"ok": not record.get("problems"), "command": "update", **_OF_NO_RECORD, **record}


def _numbered(runs: Path) -> set[int]:
    return {int(match[1]) for path in runs.glob("run-*.json") if (match := _NAME.fullmatch(path.name))}


def _begun(number: int, started: datetime, command: str) -> dict[str, Any]:
    return {
        "sequence": number,
        "command": command,
        "ok": False,
        "error": None,
        "started_at": started.isoformat(timespec="seconds"),
        "finished_at": None,
    }


def _unrecorded(runs: Path) -> dict[str, Any] | None:
    """Return the last run, if it has no record."""
    run = running.noted(runs)
    if run is None or run["sequence"] in _numbered(runs):
        return None
    if run.get("error"):
        return {**run, "error": f"{run['error']} (The disk had no room for its record.)"}
    if held(runs.parent):
        return {**run, "ok": None}
    return {**run, "error": "It started but did not finish. It was killed, or the computer was switched off."}


def _without_record(why: str) -> dict[str, Any]:
    return {**_OF_NO_RECORD, "command": "?", "ok": False, "error": why}


def age(runs: Path) -> timedelta | None:
    """Return the time since the last successful update, or None. It is negative if the clock was set back."""
    for record in latest(runs):
        if record["ok"] and record["command"] == "update" and record["finished_at"]:
            return datetime.now(UTC) - datetime.fromisoformat(record["finished_at"])
    return None


def forget(runs: Path, reports: Collection[str], known: Collection[str], until: str) -> None:
    """Delete the titles and file names of removed reports from all records.

    A record also names files that were not read, and does not say which report they were. So records only keep names
    of such files that the corpus still knows (`known`). Those of runs that began no later than `until` (UTC, ISO 8601)
    keep no other names and addresses either. A file that cannot be read as a record, because it is incomplete or
    damaged, is deleted.
    """
    for left in runs.glob(".*"):
        left.unlink()
    for path in sorted(runs.glob("*.json")):
        try:
            record = read_record(path)
            kept = _with_known_failures(_without_reports(record, reports), known)
            if (record.get("started_at") or "") <= until:
                kept = _with_known_names(kept, known)
            if kept != record:
                _keep(path, kept)
        except ValueError:  # not one of ours
            path.unlink()
            path.with_suffix(".txt").unlink(missing_ok=True)
    for twin in runs.glob("*.txt"):
        if not twin.with_suffix(".json").exists():
            twin.unlink()


def lines(record: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a record as text."""
    yield f"{record['command']}, {record.get('started_at') or '?'} to {record.get('finished_at') or '?'}"
    if record["ok"] is None:
        yield "Still running."
    else:
        yield "Succeeded." if record["ok"] else f"FAILED: {record['error'] or ' '.join(record.get('problems', []))}"
    if record.get("ingest"):
        yield from _lines_of_files(record["ingest"])
    if record.get("collect"):
        yield from _lines_of_collecting(record["collect"])
    for problem in (*record.get("catalogue", ()), *record.get("problems", ())):
        yield f"Problem: {problem}"
    index = record.get("index") or {}
    if "index" in record:
        yield f"Index: generation {index['generation']}" if index.get("changed") else "Index: unchanged"
    yield from news_lines(record.get("followed", ()))
    took = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in record.get("seconds", {}).items())
    if took:
        yield f"Took: {took}"
    if "versions" in record:
        yield f"Program {record['versions']['program']}, Python {record['versions']['python']}"


def news_lines(followed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each followed search that has new reports or could not be run.

    `followed` is in the form used in a record.
    """
    for each in followed:
        new = each["new"]
        if each["failed"]:
            yield f"Followed search {each['name']}: it could not be answered. `reviews follow list` shows it."
        elif new:
            more = f" and {len(new) - MANY:,} more" if len(new) > MANY else ""
            reports = "1 new report" if len(new) == 1 else f"{len(new):,} new reports"
            yield f"Followed search {each['name']}: {reports} ({', '.join(new[:MANY])}{more})"


def near_duplicate_lines(pairs: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield a line for each pair of reports that are almost identical. `pairs` is in the form used in a record."""
    for pair in pairs[:MANY]:
        yield f"Near-duplicates: {pair['report'][:12]} and {pair['other'][:12]} are at least 98% alike"
    if len(pairs) > MANY:
        yield f"{len(pairs) - MANY:,} more pairs of near-duplicates: `reviews coverage` lists them"


def _lines_of_files(done: dict[str, Any]) -> Iterator[str]:
    """Yield what happened to the files, from the summary of an ingest."""
    yield f"{done['found']:>9,} {'file' if done['found'] == 1 else 'files'} found"
    for part in PARTS:
        yield f"{done.get(part, 0):>9,} {_in_short(part, done.get(part, 0))}"
    withdrawn = done.get("withdrawn", ())
    for withdrawal in withdrawn[:MANY]:
        yield f"Withdrawn {withdrawal['date']}: {withdrawal['file']} ({withdrawal['report'][:12]})"
    if len(withdrawn) > MANY:
        yield f"{len(withdrawn) - MANY:,} more withdrawn; the .json file of this record lists them all."
    yield from near_duplicate_lines(done.get("near_duplicates", ()))
    for folder in done.get("held_back", ()):
        yield f"Folder empty or missing, so its reports were kept: {folder}"
    for folder in done.get("unwatched", ()):
        yield f"Folder read only when you name it: {folder}"
    new = set(done.get("new_failures", [failure["file"] for failure in done["failures"]]))
    for failure in done["failures"]:
        if failure["file"] in new:
            yield f"Not read, {failure['reason']}: {failure['file'] or 'its name is not kept'}"
    if len(done["failures"]) > len(new):
        yield f"Still not readable: {len(done['failures']) - len(new):,}; `reviews coverage` lists them"


def _lines_of_collecting(done: dict[str, Any]) -> Iterator[str]:
    """Yield what the sources list, and what happened to it."""
    yield f"{done['answered']:>9,} of {done['sources']:,} sources answered"
    yield f"{done['listed']:>9,} {'document' if done['listed'] == 1 else 'documents'} listed"
    for part in COLLECTED:
        yield f"{done.get(part, 0):>9,} {_COLLECTED_WORDS.get(part, part)}"
    yield f"{len(done['withdrawn_reports']):>9,} withdrawn by their publisher"
    for failure in done["failures"]:
        yield f"{failure['source']}, {failure['reason']}: {failure['url'] or 'its address is not kept'}"


def _keep(path: Path, record: dict[str, Any]) -> None:
    as_text = path.with_suffix(".txt")
    write_atomic(as_text, ("\n".join(lines(record)) + "\n").encode("utf-8", _UNENCODABLE))
    try:
        write_atomic(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", _UNENCODABLE))
    except LimitHit:
        with suppress(OSError):  # no text without its record
            as_text.unlink()
        raise


def _without_reports(value: Any, reports: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_without_reports(each, reports) for each in value]
    if isinstance(value, dict):
        gone = any(value.get("report") == report for report in reports)
        blank = {name: "" for name in ("title", "file") if gone and value.get(name)}
        return {key: blank.get(key, _without_reports(each, reports)) for key, each in value.items()}
    return value


def _with_known_failures(record: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return the record without the names of files that were not read, and that the corpus no longer knows."""
    done = record.get("ingest")
    if not isinstance(done, dict):
        return record
    failures = [{**each, "file": each["file"] if each["file"] in known else ""} for each in done["failures"]]
    kept = {**done, "failures": failures}
    if "new_failures" in done:
        kept["new_failures"] = [name if name in known else "" for name in done["new_failures"]]
    return {**record, "ingest": kept}


def _with_known_names(record: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return the record without the names of folders without known files, and without names in errors."""
    done = record.get("ingest")
    kept = {**record, "error": _without_names(record.get("error"), known)}
    if isinstance(done, dict):
        folders = {
            name: [each for each in done[name] if any(known_name.startswith(each) for known_name in known)]
            for name in ("held_back", "unwatched")
            if name in done
        }
        kept["ingest"] = {**done, **folders}
    collected = record.get("collect")
    if isinstance(collected, dict):  # it is unknown which addresses later served the report
        kept["collect"] = {**collected, "failures": [{**each, "url": ""} for each in collected["failures"]]}
    return kept


def _without_names(error: Any, known: Collection[str]) -> Any:
    """Return an error message without the names of files other than the known ones."""
    if not isinstance(error, str):
        return error
    rest = error
    for name in known:
        rest = rest.replace(name, "")
    return _UNNAMED if _PDF.search(rest) else error


def _nameless(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a run without the names of the files of removed reports, which must not be kept."""
    done = record.get("ingest")
    if not isinstance(done, dict):
        return record
    removed = {each["file"] for each in done["failures"] if each["reason"] == Reason.REMOVED}
    failures = [{**each, "file": ""} if each["file"] in removed else each for each in done["failures"]]
    new = [name for name in done["new_failures"] if name not in removed]
    return {**record, "ingest": {**done, "failures": failures, "new_failures": new}}
