"""A worker process that a file has taken over: real in every respect, except that the test decides what it answers.

A module that Python loads first replaces the function that builds the answer. So the given code runs in the process
that received the bytes of the file, with its permissions, at the moment when a file has been read.
"""

import os
import textwrap
from pathlib import Path

import pytest

from ingest.sandbox import children, confinement

_FIRST = """
import sys
if "ingest.worker" in sys.orig_argv:
    import ingest.sandbox.protocol as protocol
    honest = protocol.encode
    def encode(text):
        return taken_over(text, honest)
    protocol.encode = encode
"""

UNBOUND = """
import sys
if "ingest.worker" in sys.orig_argv:
    import ingest.sandbox.landlock, ingest.sandbox.seccomp
    ingest.sandbox.landlock.version = lambda: 0
    ingest.sandbox.seccomp.restrict = lambda **_: False
"""
"""Code to put first, which simulates a system without Landlock and seccomp."""


def take_over(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, boxed: bool = False) -> None:
    """Make every worker process run `code`, which defines `taken_over(text, honest)` and so decides what is
    answered.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(textwrap.dedent(code) + _FIRST, "utf-8")
    whole = confinement.environment()
    own, *others = whole["PYTHONPATH"].split(os.pathsep)
    hostile = whole | {"PYTHONPATH": os.pathsep.join((own, str(folder), *others))}  # Debian has such a file as well
    for module in (confinement, children):
        monkeypatch.setattr(module, "environment", lambda: hostile, raising=False)
        monkeypatch.setattr(module, "works_in_bubblewrap", lambda: boxed, raising=False)
