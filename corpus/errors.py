"""Errors shown to people, each with its exit code and HTTP status.

    ReviewsError                 1  500  a bug
    ├── UsageError               2  400  a command, option or setting is wrong
    ├── SomeFilesFailed          3  500  a file could not be read or a folder is missing, and `--strict` was given
    ├── NoIndex                  4  503  no index yet, or one made by another version
    │   └── OtherVersion         4  503  the library or its index was made by another version of the program
    ├── Corrupt                  5  503  files of the library are damaged
    ├── Locked                   6  503  another run is writing to this library
    │   └── Gone                 6  503  the report or index changed while it was being read
    ├── QueryRefused             7  400  the query cannot be run; the message says why
    ├── LimitHit                 8  503  not enough disk space, memory, time or permissions, or no cluster
    ├── Stale                    9  503  the last successful update is older than `--max-age`, or a folder is missing
    └── NotFound                 2  404  no such report, page, theme or file

A message is a sentence that says what to do next. It may name a file or a report id, never the text of a report.
"""


class ReviewsError(Exception):
    """Base class of the errors that are shown as a message, without a traceback."""

    exit_code = 1
    http_status = 500


class UsageError(ReviewsError):
    """A command, option or setting is wrong."""

    exit_code = 2
    http_status = 400


class NotFound(UsageError):
    """The report, page, theme or file does not exist."""

    http_status = 404


class SomeFilesFailed(ReviewsError):
    """The run finished, but a file could not be read or a folder is missing, and `--strict` was given."""

    exit_code = 3


class NoIndex(ReviewsError):
    """There is no index to search."""

    exit_code = 4
    http_status = 503


class OtherVersion(NoIndex):
    """The library or its index was made by another version of the program."""


class Corrupt(ReviewsError):
    """The stored text, the index or another file of the library is damaged."""

    exit_code = 5
    http_status = 503


class FileCorrupt(Corrupt):
    """A file that searching does not need, such as the list of access tokens, is damaged. The reports can still be
    searched."""


class Locked(ReviewsError):
    """Another run is writing to this library."""

    exit_code = 6
    http_status = 503


class Gone(Locked):
    """The report or index changed while it was being read. Run the command again."""


class QueryRefused(ReviewsError):
    """A query cannot be run; the message says why."""

    exit_code = 7
    http_status = 400


class LimitHit(ReviewsError):
    """Not enough disk space, memory or permissions, a time limit was reached, or the cluster cannot be used."""

    exit_code = 8
    http_status = 503


class Stale(ReviewsError):
    """The last successful update is too old, or a folder is missing."""

    exit_code = 9
    http_status = 503
