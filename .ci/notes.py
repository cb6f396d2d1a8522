#!/usr/bin/env python3
"""Print the release notes of a tag, taken from CHANGELOG.md: `python .ci/notes.py v0.2.0`.

Stops if the tag differs from the version in setup.cfg, or if its section has no date or no text yet.
"""

import configparser
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def notes(tag: str, version: str, changelog: str) -> str:
    """Return the section of `changelog` on this version, without its heading and without empty parts."""
    if tag != f"v{version}":
        raise SystemExit(f"The tag is {tag}, and setup.cfg says {version}. Tag v{version}, or change setup.cfg.")
    section = re.search(rf"^## \[{re.escape(version)}\] - (.*)\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    if section is None:
        raise SystemExit(f"CHANGELOG.md has no section [{version}]. Write it, then tag again.")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", section[1]):
        raise SystemExit(f"[{version}] in CHANGELOG.md is dated {section[1]!r}. Put the day of the release there.")
    parts = re.split(r"^(?=### )", section[2].strip() + "\n", flags=re.MULTILINE)
    text = "".join(part for part in parts if not re.fullmatch(r"### .*\s*", part)).strip()
    if not text:
        raise SystemExit(f"[{version}] in CHANGELOG.md is empty. Write what changes for users.")
    return text


if __name__ == "__main__":
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    text = notes(sys.argv[1], setup["metadata"]["version"], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    sys.stdout.buffer.write(text.encode() + b"\n")  # UTF-8 whatever the terminal speaks
