"""The access log: who opened and exported what, as one JSON line each, in one file per day that is kept for some
days.
"""

import errno
import json
import logging
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request

from corpus.disk.names import escaped_controls
from corpus.errors import LimitHit

_LOG = logging.getLogger("reviews")
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

KEPT = {
    "report.report": "report",
    "report.report_json": "report",
    "report.report_ris": "citation",
    "report.report_bib": "citation",
    "report.page": "page",
    "report.page_json": "page",
    "report.picture": "picture",
    "report.file": "file",
    "exports.table": "export",
    "exports.records": "export",
    "exports.feed": "feed",
    "briefing.page": "search",
    "briefing.page_json": "search",
    "briefing.word": "export",
    "recommendations.page": "search",
    "recommendations.page_json": "search",
    "recommendations.exported": "export",
    "recommendations.exported_word": "export",
    "analysis.trends": "search",
    "analysis.trends_json": "search",
    "analysis.batch_begun": "batch",
    "analysis.batch_run": "batch",
    "analysis.batch_book": "export",
    "analysis.batch_table": "export",
    "analysis.batch_record": "export",
    "analysis.study_json": "search",
    "analysis.trends_svg": "export",
    "analysis.trends_csv": "export",
    "analysis.trends_png": "export",
    "collecting.save": "save",
    "collecting.collections": "collection",
    "collecting.collection": "collection",
    "collecting.collection_word": "export",
    "collecting.collection_csv": "export",
    "collecting.collection_json": "export",
    "collecting.collections_json": "export",
    **{f"words.{each}": "search" for each in ("concordance", "terms", "compare")},
    **{f"words.{each}_json": "search" for each in ("concordance", "terms", "compare")},
    **{f"words.{each}_csv": "export" for each in ("concordance", "terms", "compare")},
    "library.themes": "themes",
    "library.themes_json": "themes",
    "library.coverage": "coverage",
    "library.coverage_json": "coverage",
    "library.reports_json": "reports",
    "published.page": "coverage",
    "published.page_json": "coverage",
    "published.feed": "feed",
    "search.page": "search",
    "search.page_json": "search",
}
"""The kind of access to log, by the name of the view."""


class Audit:
    """The access log in a folder. `days` is how long a file is kept. `queries` also logs the text of queries."""

    def __init__(self, folder: Path, days: int, queries: bool) -> None:
        self._folder = folder
        self._days = days
        self.queries = queries
        self._lock = threading.Lock()
        self._today = ""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LimitHit(
                f"{folder} cannot be created ({error.strerror}). The access log needs it. Check the disk and the "
                "folder's permissions."
            ) from error

    def write(self, **line: Any) -> None:
        """Add a line. At the start of each day, delete files that are too old."""
        now = datetime.now(UTC)
        text = escaped_controls(json.dumps({"at": now.isoformat(timespec="seconds"), **line}, ensure_ascii=False))
        day = now.date().isoformat()
        with self._lock:
            if day != self._today:
                self._today = day
                self._drop(now)
            try:
                self._append(self._folder / f"{day}.jsonl", (text + "\n").encode("utf-8", "replace"))
            except OSError as error:  # a full disk must not stop searches: the system log gets the line
                line.pop("query", None)
                _LOG.error("The access log cannot be written (%s): %s", error.strerror, json.dumps(line))

    @staticmethod
    def _append(path: Path, line: bytes) -> None:
        """Append the whole line or nothing."""
        handle = os.open(path, _FLAGS, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(path))
            written = os.write(handle, line)
            if written < len(line):
                os.ftruncate(handle, os.fstat(handle).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(handle)

    def _drop(self, now: datetime) -> None:
        oldest = (now - timedelta(days=self._days)).date().isoformat()
        for path in self._folder.glob("????-??-??.jsonl"):
            if path.stem < oldest:
                path.unlink(missing_ok=True)  # another server process may be faster


def written(response: Response) -> Response:
    """Log a request that showed or exported something."""
    audit: Audit | None = current_app.extensions["audit"]
    what = KEPT.get(request.endpoint or "")
    if audit is not None and what and g.get("admitted") and response.status_code < 400:
        line: dict[str, Any] = {"person": g.get("person", ""), "what": what}
        line |= {name: value for name, value in (request.view_args or {}).items() if name in ("id", "number", "form")}
        if audit.queries and request.args.get("q"):
            line["query"] = request.args["q"]
        audit.write(**line)
    return response
