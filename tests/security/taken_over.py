"""A worker process that a file has taken over: real in every way, but that what it answers is decided here.

A module that Python loads first replaces the function that makes an answer of a report. So the code given runs in the
process that had the bytes of the file, with its rights, at the moment when a file has been read.
"""

import os
import textwrap
from pathlib import Path

import pytest

from ingest.sandbox import confinement, worker_client

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
"""Code to put first: the process is on a system without Landlock and seccomp."""


def take_over(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, boxed: bool = False) -> None:
    """From now on every worker process runs `code`, which defines `taken_over(text, honest)`: what is answered."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(textwrap.dedent(code) + _FIRST, "utf-8")
    whole = confinement.environment()
    hostile = whole | {"PYTHONPATH": f"{whole['PYTHONPATH']}{os.pathsep}{folder}"}
    for module in (confinement, worker_client):
        monkeypatch.setattr(module, "environment", lambda: hostile, raising=False)
        monkeypatch.setattr(module, "works_in_bubblewrap", lambda: boxed, raising=False)
