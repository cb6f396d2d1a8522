"""Every error a person can meet, each with its exit code and its HTTP status.

    ReviewsError                 1  500  a bug: something we did not foresee
    ├── UsageError               2  400  the command was called wrongly
    ├── SomeFilesFailed          3  500  a file could not be read or a folder is not there, and `--strict` was given
    ├── NoIndex                  4  503  no index yet, or one of another version
    ├── Corrupt                  5  503  what is on disk is not what was written
    ├── Locked                   6  503  another run is writing to this library
    │   └── Gone                 6  503  what was asked for was removed or replaced meanwhile
    ├── QueryRefused             7  400  the query cannot be run; the message says why
    ├── LimitHit                 8  503  a limit was hit: disk, time, memory, size
    ├── Stale                    9  503  the last good update is older than `--max-age` allows, or a folder is not there
    └── NotFound                 2  404  no such report, page, theme or file

A message is a sentence that says what to do next. It may name a file or a report id, never the text of a report.
"""


class ReviewsError(Exception):
    """Base of all errors that are shown to a person instead of a traceback."""

    exit_code = 1
    http_status = 500


class UsageError(ReviewsError):
    """The command, setting or argument is wrong."""

    exit_code = 2
    http_status = 400


class NotFound(UsageError):
    """The report, page, theme or file that was named is not held."""

    http_status = 404


class SomeFilesFailed(ReviewsError):
    """The run finished, but some files could not be read or a folder is not there, and `--strict` was asked for."""

    exit_code = 3


class NoIndex(ReviewsError):
    """There is no index to search, or another version of the program made it."""

    exit_code = 4
    http_status = 503


class Corrupt(ReviewsError):
    """The corpus, the index or a manifest is not what was written."""

    exit_code = 5
    http_status = 503


class Locked(ReviewsError):
    """Another run is writing to this library."""

    exit_code = 6
    http_status = 503


class Gone(Locked):
    """What was asked for was removed or replaced meanwhile: to ask again is enough."""


class QueryRefused(ReviewsError):
    """The query is beyond a limit, so it was not run."""

    exit_code = 7
    http_status = 400


class LimitHit(ReviewsError):
    """The machine would not give what was needed: disk space, rights, time or memory."""

    exit_code = 8
    http_status = 503


class Stale(ReviewsError):
    """The last update that ended well is too long ago, or could not look everywhere."""

    exit_code = 9
    http_status = 503
