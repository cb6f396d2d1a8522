"""Read an untrusted sheet, in a process without permissions and with limits on time and memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from corpus.errors import UsageError
from ingest.sandbox.confinement import box, environment, works_in_bubblewrap
from ingest.sandbox.program import run
from search.sheets.query_sheet import MAX_QUESTIONS, Question, Sheet, text_of, with_filters

_SECONDS = 30.0  # the largest accepted sheet takes five
_MEMORY_MB = 600
_LONGEST = 64_000_000  # bytes of an answer; a sheet of 5 MB becomes a few times larger
_MOST = {b'":': 2_000_000, b",": 8_000_000, b"[": 2_000_000, b"{": 2_000_000}
"""How often these may be in an answer, in a text or not. What is parsed takes many times the memory of its text."""


def read_untrusted(data: bytes, name: str) -> Sheet:
    """Like query_sheet.read, but also raise UsageError for a sheet that takes too much time or memory."""
    command = [sys.executable, "-B", "-P", "-m", "search.sheets", f"sheet{Path(name).suffix.lower()}", str(_MEMORY_MB)]
    if works_in_bubblewrap():
        command = [*box(), *command]
    done = run(command, (data,), seconds=_SECONDS, most=_LONGEST, environment=environment())
    answer = done.answer.data
    heavy = any(answer.count(sign) > most for sign, most in _MOST.items())
    if done.answer.late or done.answer.too_long or done.exit_code or heavy:
        raise UsageError(
            "The sheet takes too much time or memory to read. Keep only the rows and columns that you need, or save "
            "it as CSV."
        )
    try:
        told = json.loads(answer)
        if "refused" in told:
            raise UsageError(text_of(told["refused"]))
        rows = told["questions"]
        if not 1 <= len(rows) <= MAX_QUESTIONS:
            raise ValueError("too many questions")
        return Sheet([with_filters(Question.from_dict(row)) for row in rows], text_of(told["read"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError("The sheet could not be read. Save it as CSV and upload it again.") from error
