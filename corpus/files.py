"""What is known about the files on disk: what they became, why some failed and what is gone.

Plain frozen values. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

from dataclasses import dataclass

from corpus.reasons import REASONS, Reason


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file on disk, recorded so that an unchanged file is not read again.

    path: relative to the library, with "/", if the file is inside it; otherwise absolute. size: in bytes. mtime_ns: the
    modification time. report: the id of its report; None if it could not be read, and then `reason` says why. detail:
    technical, without text of the file. reader: what read it or failed to, as in Text.reader.
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
    """A file that could not be read, and why. detail: technical, without text of the file."""

    file: str
    reason: Reason
    detail: str = ""

    def to_dict(self) -> dict[str, str]:
        """The failure as the JSON API shows it."""
        return {
            "file": self.file,
            "reason": self.reason.value,
            "explanation": REASONS[self.reason],
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A report that is no longer in the library because its file is gone. file: its last path. date: the day this was
    noticed (UTC, 2026-03-14). replaced_by: the report now in the same file, or None if the file is gone.
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
    """A folder that was suddenly empty or absent, like a share that is not mounted. Its reports stay in the library.

    since: the day on which that was noticed (UTC, 2026-03-14).
    """

    folder: str
    since: str

    def to_dict(self) -> dict[str, str]:
        return {"folder": self.folder, "since": self.since}


@dataclass(frozen=True, slots=True)
class Removal:
    """A report that was removed permanently. done: whether all of its text is gone from the library."""

    report: str
    date: str
    reason: str
    done: bool
