"""Describe the sandbox in which PDFs were read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reviews.maintenance.run_records import read_record

_RECORDS = 500  # newest records to examine
_EARLIER = {"bubblewrap": ["bubblewrap", "rlimits"], "rlimits": ["rlimits"], "none": []}  # records of version 0.1

_PREVENTED = (
    ("use the network", {"bubblewrap", "seccomp"}),
    ("open other files", {"bubblewrap", "landlock"}),
    ("write files", {"bubblewrap", "landlock", "rlimits"}),
    ("reach other processes", {"bubblewrap", "seccomp"}),
    ("start programs", {"landlock", "seccomp"}),
    ("take more memory than `max_memory_mb`", {"rlimits"}),
)


def last_sandbox(runs: Path) -> tuple[str, tuple[str, ...]]:
    """Return the sandbox of the last run that read files, and its parts, from the run's record.

    The name is "" if unknown.
    """
    for record in sorted(runs.glob("*.json"), reverse=True)[:_RECORDS]:
        try:
            told = read_record(record).get("ingest") or {}
        except (OSError, ValueError):  # damaged, which `reviews runs` shows
            continue
        if name := told.get("confinement"):
            return name, tuple(told.get("bound", _EARLIER.get(name, [])))
    return "", ()


def lines(name: str, bound: tuple[str, ...]) -> Iterator[str]:
    """Yield what a process in the sandbox could not do, and what it could."""
    if not name:
        yield "No PDF has been read yet, so the sandbox has not been used."
        return
    could_not = [what for what, by in _PREVENTED if by & set(bound)]
    could = [what for what, by in _PREVENTED if not by & set(bound)]
    by = f" ({', '.join(bound)})" if bound else ""
    if could_not:
        yield f"Each PDF was read in a process that could not {_listed(could_not, 'or')}{by}."
    if could:
        yield (
            f"That process was not prevented from these actions: {_listed(could, 'and')}. To prevent them, update on "
            "Linux, with bubblewrap or with kernel 5.13 or later."
        )


def _listed(parts: list[str], last: str) -> str:
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else parts[0]
