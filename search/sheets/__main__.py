"""The process that reads an untrusted sheet: `python -m search.sheets NAME MB`, with the file on standard input."""

import json
import sys

from corpus.errors import UsageError
from ingest.sandbox.confinement import bind
from search.sheets.query_sheet import read


def main(name: str, memory_mb: int) -> None:
    """Write the queries, or why there are none, as one line of JSON."""
    bind(memory_mb)
    told: dict[str, object]
    try:
        sheet = read(sys.stdin.buffer.read(), name)
        told = {"read": sheet.read, "questions": [question.to_dict() for question in sheet.questions]}
    except UsageError as error:
        told = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
