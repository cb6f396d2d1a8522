"""Sandbox for parsing untrusted files: what the process can see, and the limits that it sets itself.

`python -m ingest.sandbox.confinement MB PLACES COMMAND …` sets the limits and then replaces itself with the command, so
that another program runs under the same limits. Where bubblewrap works, it puts the process in a container. Inside the
container, and where bubblewrap does not work, the process restricts itself with Landlock, seccomp and rlimits, as far
as the system supports them.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ingest.sandbox import landlock, seccomp
from ingest.sandbox.limits import limit, lower

START_SECONDS = 60.0
"""A slow disk may take long to load the libraries the first time."""

# Tests whether Python runs in the container and sees what the child needs. Loading all of it takes ten times as long.
_TRIAL = """import sys
from importlib.util import find_spec
sys.exit(not all(map(find_spec, ("ingest", "pypdf", "pypdfium2"))))"""
_TRYING = threading.Lock()


# A process that ends after one file need not return memory and request it again. Read by the C library on Linux.
_KEEP_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "16777216",
    "MALLOC_TOP_PAD_": "1048576",
}

_NEEDED = ("pypdf", "pypdfium2", "pypdfium2_raw")
_PROGRAM = ("corpus", "ingest", "search")  # the program's folders that a process in the container may load
_ROOT = Path(__file__).resolve().parent.parent.parent


STRENGTHS = ("bubblewrap", "landlock", "rlimits", "none")
"""The names of sandboxes, strongest first. A sandbox is named after its strongest part."""


def strongest(bound: Sequence[str]) -> str:
    """Return the name of the strongest of these restrictions, used as the name of the sandbox."""
    return next((name for name in STRENGTHS if name in bound), "none")


@cache
def rules(*executable: str) -> int | None:
    """Return a descriptor of the Landlock rules for this process or the processes forked from it, or None.

    Building the rules takes longer than applying them, so they are built once.
    """
    return landlock.ruleset(places(), executable)


def bind(memory_mb: int, *executable: str) -> tuple[str, ...]:
    """Give up every permission that is not needed to read an untrusted file.

    Returns what the system supports: some of "landlock", "seccomp", "no_new_privs" and "rlimits". `executable` is the
    path of the program that will replace this process; without it, no program can be started.
    """
    bound = []
    no_more = landlock.no_new_privileges()
    if landlock.restrict(rules(*executable)):
        bound.append("landlock")
    if limit(memory_mb):
        bound.append("rlimits")
        if not executable:
            import resource

            lower(resource.RLIMIT_NPROC, 0)  # no new processes, even without seccomp; root is exempt
    if seccomp.restrict(may_execute=bool(executable)):
        bound.append("seccomp")
    return (*bound, *(["no_new_privs"] if no_more else []))


def environment() -> dict[str, str]:
    """Return the environment of a worker process: only where this program and its libraries are."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *_libraries()]),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **_KEEP_MEMORY,
    }


def _libraries() -> list[str]:
    """Return the folders that Python loads modules from.

    Leaves out folders that are only on the path because a program was started there, such as a home folder, which a
    process in the container must not read.
    """
    homes = [Path(home).resolve() for home in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
    found = []
    for path in dict.fromkeys(path for path in sys.path if path and Path(path).is_dir()):
        here = Path(path).resolve()
        inside = any(here.is_relative_to(home) for home in homes) or here.name in ("site-packages", "dist-packages")
        if any((here / name).exists() for name in _NEEDED) or (inside and here != _ROOT):
            found.append(path)
    return found


def places() -> list[str]:
    """Return what a process in the container may read: system libraries and fonts, Python, this program and its
    libraries.
    """
    found = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", sys.prefix, sys.base_prefix, sys.exec_prefix]
    found += environment()["PYTHONPATH"].split(os.pathsep)[1:]  # the first is the program's own folder
    found += [str(_ROOT / name) for name in _PROGRAM]
    return list(dict.fromkeys(found))


def box(*places_too: str) -> list[str]:
    """Return the bubblewrap command: no network, no other processes, and read access only to the program and the places
    named.
    """
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--dev", "/dev"]
    python = (str(Path(sys.executable).parent), str(Path(sys.executable).resolve().parent))
    for place in dict.fromkeys([*places(), *python, *places_too]):
        command += ["--ro-bind-try", place, place]
    return [*command, "--chdir", "/", "--"]


def works_in_bubblewrap() -> bool:
    """Return whether bubblewrap is installed and allowed to run. Tested once, with the real command."""
    with _TRYING:  # the reader threads start together: one of them runs the test, and the others wait
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
    bind(int(sys.argv[1]), *sys.argv[2].split(os.pathsep))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606 - that is the point
