"""Twenty things that a process taken over by a file could try, and which of them succeed."""

import json
import os
import sys
from pathlib import Path

import pytest

from ingest.sandbox import confinement, landlock
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from tests.ingest.conftest import Press
from tests.patience import PATIENCE
from tests.security.taken_over import UNBOUND, take_over

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has bubblewrap, Landlock and seccomp")

HOSTILE = """
import ctypes, os, signal, socket, subprocess, json
LIBRARY = %r
libc = ctypes.CDLL(None, use_errno=True)

def refused(result):
    if result in (-1, None):
        raise OSError(ctypes.get_errno(), "refused")

def permitted(number, *arguments):
    # The arguments change nothing: any other error shows that the call would be carried out.
    if libc.syscall(number, *arguments) == -1 and ctypes.get_errno() in (1, 38):
        raise OSError(ctypes.get_errno(), "refused")

def forked():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)

def written(path):
    with open(path, "w") as file:
        file.write("x")

TRIED = {
    "TCP": lambda: socket.create_connection(("127.0.0.1", 9), 1) if socket.socket() else None,
    "UDP": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "unix socket": lambda: socket.socket(socket.AF_UNIX).bind(LIBRARY + "/socket"),
    "abstract socket": lambda: socket.socket(socket.AF_UNIX).bind("\\0wren"),
    "list the home folder": lambda: os.listdir(os.path.expanduser("~root")),
    "read the library": lambda: open(LIBRARY + "/corpus.db", "rb").read(),
    "read the tokens": lambda: open(LIBRARY + "/tokens.json", "rb").read(),
    "read the users": lambda: open("/etc/passwd").read(),
    "write in the library": lambda: written(LIBRARY + "/new"),
    "write in /tmp": lambda: written("/tmp/wren-taken-over"),
    "delete": lambda: os.unlink(LIBRARY + "/victim"),
    "rename": lambda: os.rename(LIBRARY + "/victim2", LIBRARY + "/moved"),
    "symbolic link": lambda: os.symlink("/etc", LIBRARY + "/link"),
    "change the mode": lambda: os.chmod(LIBRARY + "/corpus.db", 0o777),
    "set the time": lambda: os.utime(LIBRARY + "/corpus.db", (1, 1)),
    "fork": forked,
    "start a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
    "signal others": lambda: os.kill(%d, 0),
    "trace the parent": lambda: refused(libc.ptrace(16, os.getppid(), 0, 0)),
    "read memory of others": lambda: open("/proc/%d/maps").read(),
    "shared memory": lambda: refused(libc.shmget(0, 4096, 0o1600)),
    "io_uring": lambda: refused(libc.syscall(425, 0, None)),
    "bpf": lambda: refused(libc.syscall(321, 0, None, 0)),
    "watch the library": lambda: refused(libc.inotify_add_watch(libc.inotify_init(), LIBRARY.encode(), 2)),
    "watch all files": lambda: refused(libc.fanotify_init(0, 0)),
    "rename the computer": lambda: permitted(170, None, -1),
    "change the user": lambda: refused(libc.setuid(os.getuid())),
    "secret memory": lambda: refused(libc.syscall(447, 0)),
    "write a file of memory": lambda: refused(libc.memfd_create(b"x", 0)),
    "a new user namespace": lambda: refused(libc.unshare(0x10000000)),  # the last, because it ends other permissions
}

def taken_over(text, honest):
    could = []
    for what, attempt in TRIED.items():
        try:
            attempt()
            could.append(what)
        except BaseException:
            pass
    value = json.loads(honest(text))
    value["found"] = {}
    value["paragraphs"][0][3] = "Could: " + ", ".join(could)
    return json.dumps(value).encode() + b"\\n"
"""


def could(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, boxed: bool, bound: bool) -> set[str]:
    """Return what such a process could do."""
    library = tmp_path / "library"
    library.mkdir()
    for name in ("corpus.db", "tokens.json", "victim", "victim2"):
        (library / name).write_text(json.dumps({"held": name}))
    code = HOSTILE % (str(library), os.getpid(), os.getpid())
    take_over(("" if bound else UNBOUND) + code, tmp_path / "first", monkeypatch, boxed=boxed)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        text = box.read(Press.pdf(Press.lines("Child Wren was not seen.")), id="a" * 64, name="wren")
        assert not isinstance(text, Refusal), text
        said = text.paragraphs[0].text.removeprefix("Could: ")
        print(f"\nboxed {boxed}, bound {box.bound}: {said or 'nothing'}")
        return {each for each in said.split(", ") if each}


def test_with_landlock_and_seccomp_it_can_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not landlock.version():
        pytest.skip("this kernel has no Landlock, or does not offer it")
    assert could(tmp_path, monkeypatch, boxed=False, bound=True) == set()
    assert (tmp_path / "library" / "victim").exists()


def test_with_everything_it_can_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (landlock.version() and confinement.works_in_bubblewrap()):
        pytest.skip("bubblewrap or Landlock does not work here")
    assert could(tmp_path, monkeypatch, boxed=True, bound=True) == set()


def test_with_bubblewrap_alone_it_reaches_nothing_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not confinement.works_in_bubblewrap():
        pytest.skip("bubblewrap does not work here")
    outside = {"read the library", "read the tokens", "read the users", "write in the library", "delete", "rename"}
    outside |= {"symbolic link", "change the mode", "set the time", "unix socket", "signal others", "TCP"}
    assert not outside & could(tmp_path, monkeypatch, boxed=True, bound=False)


def test_with_neither_it_still_writes_no_byte_into_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = could(tmp_path, monkeypatch, boxed=False, bound=False)
    assert not {"write in the library", "write in /tmp"} & done
