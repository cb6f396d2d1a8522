"""Who opened and exported what: a line of JSON each, a file a day, kept for so many days."""

import errno
import json
import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request

from corpus.errors import LimitHit

_LOG = logging.getLogger("reviews")

KEPT = {
    "reading.report": "report",
    "reading.report_json": "report",
    "reading.report_ris": "citation",
    "reading.page": "page",
    "reading.page_json": "page",
    "reading.picture": "picture",
    "reading.file": "file",
    "exports.table": "export",
    "exports.records": "export",
    "exports.feed": "feed",
    "analysing.recommendations": "search",
    "analysing.recommendations_json": "search",
    "analysing.trends": "search",
    "analysing.trends_json": "search",
    "analysing.batch_begun": "batch",
    "analysing.batch_book": "export",
    "searching.page": "search",
    "searching.page_json": "search",
}
"""What is written down, by the name of the view."""


class Audit:
    """The log in a folder. days: how long a file is kept. queries: whether the text of a query is written down, too."""

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
                f"{folder} cannot be made ({error.strerror}). The log of who opened what needs it."
            ) from error

    def write(self, **line: Any) -> None:
        """Add a line, and drop the files that are too old when a day begins."""
        now = datetime.now(UTC)
        text = json.dumps({"at": now.isoformat(timespec="seconds"), **line}, ensure_ascii=False)
        day = now.date().isoformat()
        with self._lock:
            if day != self._today:
                self._today = day
                self._drop(now)
            try:
                self._append(self._folder / f"{day}.jsonl", (text + "\n").encode("utf-8", "replace"))
            except OSError as error:  # a full disk: people go on searching, and the system's log has the line
                line.pop("query", None)
                _LOG.error("The log of who opened what cannot be written (%s): %s", error.strerror, json.dumps(line))

    @staticmethod
    def _append(path: Path, line: bytes) -> None:
        """The whole line or none of it."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
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
                path.unlink()


def written(response: Response) -> Response:
    """After every request that showed or gave something."""
    audit: Audit | None = current_app.extensions["audit"]
    what = KEPT.get(request.endpoint or "")
    if audit is not None and what and response.status_code < 400:
        line: dict[str, Any] = {"person": g.get("person", ""), "what": what}
        line |= {name: value for name, value in (request.view_args or {}).items() if name in ("id", "number", "form")}
        if audit.queries and request.args.get("q"):
            line["query"] = request.args["q"]
        audit.write(**line)
    return response
