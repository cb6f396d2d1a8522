"""Sandbox for parsing untrusted files: what the process can see, and the limits that it sets itself.

`python -m ingest.sandbox.confinement MB COMMAND …` sets the limits and then becomes the command, so that another
program has the same limits as ours. Bubblewrap, where it works, also takes away the network and all write access.
"""

import os
import shutil
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

START_SECONDS = 60.0
"""A slow disk may need long to load the libraries the first time."""

# Whether Python runs in the box and sees what the child will need; to load it all would take ten times as long.
_TRIAL = """import sys
from importlib.util import find_spec
sys.exit(not all(map(find_spec, ("ingest", "pypdf", "pypdfium2"))))"""
_TRYING = threading.Lock()


def bind(memory_mb: int) -> bool:
    """Forbid this process to write files, leave a core dump or use more memory (0: no limit). False where the system
    has no such limits (Windows)."""
    try:
        import resource
    except ImportError:
        return False
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)]
    if memory_mb:
        limits.append((resource.RLIMIT_AS, memory_mb * 1_048_576))
    for which, value in limits:
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
    return True


def environment() -> dict[str, str]:
    """The environment of a worker process: where this program and its libraries are, and nothing else."""
    paths = [str(Path(__file__).resolve().parent.parent.parent)]
    paths += [path for path in sys.path if path and Path(path).is_dir()]
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def box(*places_too: str) -> list[str]:
    """The bubblewrap command: no network, no other processes, and read access only to the program and the places
    named."""
    places = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", sys.prefix, sys.base_prefix, sys.exec_prefix]
    places += environment()["PYTHONPATH"].split(os.pathsep)
    places += [str(Path(sys.executable).parent), str(Path(sys.executable).resolve().parent), *places_too]
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--dev", "/dev"]
    for place in dict.fromkeys(places):
        command += ["--ro-bind-try", place, place]
    return [*command, "--chdir", "/", "--"]


def works_in_bubblewrap() -> bool:
    """Whether bubblewrap is installed and allowed to work here. Tried once, with the real command."""
    with _TRYING:  # the threads that read begin together: one of them tries, and all wait
        return _tried()


@cache
def _tried() -> bool:
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return False
    try:
        tried = subprocess.run(
            [*box(), sys.executable, "-B", "-P", "-c", _TRIAL],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=START_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


if __name__ == "__main__":
    bind(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - that is the point
