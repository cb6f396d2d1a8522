"""What is known about the files on disk: what was read from them, why some failed, and which are gone.

Plain immutable values. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

from dataclasses import dataclass

from corpus.reasons import REASONS, Reason


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file on disk, recorded so that an unchanged file is not read again.

    `path` is relative to the library, with "/", if the file is inside it; otherwise absolute. `size` is in bytes, and
    `mtime_ns` is the modification time. `report` is the id of its report, or None if it could not be read; `reason`
    then says why. `detail` is a technical explanation without any text of the file. `reader` is what tried to read it,
    as in Text.reader.
    """

    path: str
    size: int
    mtime_ns: int
    report: str | None
    reason: Reason | None = None
    detail: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why. `detail` is a technical explanation without any text of the file."""

    file: str
    reason: Reason
    detail: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the failure as it appears in the JSON API."""
        return {
            "file": self.file,
            "reason": self.reason.value,
            "explanation": REASONS[self.reason],
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A report that is no longer in the library because its file is gone.

    `file` is its last path. `date` is the day this was noticed (UTC, 2026-03-14). `replaced_by` is the report now in
    the same file, or None if the file is gone.
    """

    report: str
    title: str
    file: str
    date: str
    replaced_by: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        return {
            "report": self.report,
            "title": self.title,
            "file": self.file,
            "date": self.date,
            "replaced_by": self.replaced_by,
        }


@dataclass(frozen=True, slots=True)
class MissingFolder:
    """A folder that was suddenly empty or missing, such as a share that is not mounted.

    Its reports stay in the library. `since` is the day on which this was noticed (UTC, 2026-03-14).
    """

    folder: str
    since: str

    def to_dict(self) -> dict[str, str]:
        return {"folder": self.folder, "since": self.since}


@dataclass(frozen=True, slots=True)
class Removal:
    """A report that was removed permanently. `done` is whether all of its text is gone from the library."""

    report: str
    date: str
    reason: str
    done: bool
