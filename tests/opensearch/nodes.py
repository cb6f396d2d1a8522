"""Real OpenSearch nodes for tests, from Maven artefacts: each is a process of its own, on the loopback address.

    python -m tests.opensearch.nodes [--line 3|2] [--nodes 3] [--measured] COMMAND…

starts the nodes, runs COMMAND with their addresses in REVIEWS_OPENSEARCH and their folder in REVIEWS_OPENSEARCH_NODES,
and ends them however COMMAND ends, also when this program is ended. `fetch` in place of COMMAND only downloads. Where
Java or Maven is missing it says so and ends well.
`pin` writes the checksums of what was downloaded; read the difference before you commit it.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parent.parent / "build" / "opensearch"
LONG = bool(os.environ.get("REVIEWS_OPENSEARCH_LONG"))
"""Whether tests on real nodes take the time that nobody has before each commit: `make test-opensearch LONG=1`."""
NEEDED = {"3": 21, "2": 17}
"""The minimum Java version of each line."""
NEWEST = {"3": 99, "2": 23}
"""The maximum Java version of each line. 2.x needs a security manager, which was removed in Java 24."""
PLUGINS = {
    "3": (
        "org.opensearch.transport.Netty4ModulePlugin",
        "org.opensearch.painless.PainlessModulePlugin",
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
    ),
    "2": (
        "org.opensearch.transport.Netty4Plugin",
        "org.opensearch.painless.PainlessPlugin",
        "org.opensearch.analysis.common.CommonAnalysisPlugin",
    ),
}
_PATIENCE = 600.0
_HEAP = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
_LARGE_HEAP = ("-Xms1g", "-Xmx1g")
_SOON = ("-XX:TieredStopAtLevel=1", "-Xshare:auto")
"""Options that halve the start-up time but make the node slower afterwards: for tests, not for measurements."""
_LOGGING = """\
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = ${sys:opensearch.logs.base_path}/node.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""


_STARTED: list[object] = []  # nodes that may live longer than the process that started them, which Python complains of


class Missing(Exception):
    """Raised if a required program is missing. The message names it."""


def java(line: str) -> Path:
    """A Java with a compiler that the line runs on: that of JAVA_HOME, of the PATH, or another that is installed."""
    home, on_path = os.environ.get("JAVA_HOME"), shutil.which("java")
    found = [Path(home, "bin", "java")] if home else []
    found += [Path(on_path)] if on_path else []
    found += sorted(Path("/usr/lib/jvm").glob("*/bin/java"), reverse=True)
    for program in found:
        if program.resolve().with_name("javac").exists() and NEEDED[line] <= _version(program) <= NEWEST[line]:
            return program
    raise Missing(f"OpenSearch {line} needs a JDK of Java {NEEDED[line]} or later, and there is none here.")


def _version(program: Path) -> int:
    release = program.resolve().parent.parent / "release"
    said = release.read_text("utf-8") if release.exists() else ""
    match = re.search(r'^JAVA_VERSION="(\d+)', said, re.MULTILINE)
    return int(match[1]) if match else 0


def fetch(line: str) -> Path:
    """Return the folder with the files of a line.

    Maven downloads them if they are missing. Each file must match its pinned checksum.
    """
    folder = KEPT / line
    if not (folder / "whole").exists():
        _download(line, folder)
        wrong = sorted(_pinned(line).items() ^ _hashed(folder).items())
        if wrong:
            raise SystemExit(f"{wrong[0][0]} is not the file that tests/opensearch/files-{line}.sha256 names.")
        (folder / "whole").touch()
    return folder


def _download(line: str, folder: Path) -> None:
    maven = shutil.which("mvn")
    if not maven:
        raise Missing("Maven is missing, which downloads OpenSearch.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    pom = str(HERE / f"pom-{line}.xml")
    subprocess.run([maven, "-q", "-B", "-f", pom, goal, f"-DoutputDirectory={folder}"], check=True)


def _pinned(line: str) -> dict[str, str]:
    rows = (HERE / f"files-{line}.sha256").read_text("utf-8").split("\n")
    return {name: hashed for hashed, _, name in (row.partition("  ") for row in rows if row)}


def _hashed(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def pin() -> None:
    """Write the checksums of what Maven currently delivers."""
    for line in NEEDED:
        _download(line, KEPT / line)
        rows = sorted(f"{hashed}  {name}\n" for name, hashed in _hashed(KEPT / line).items())
        (HERE / f"files-{line}.sha256").write_text("".join(sorted(rows, key=lambda row: row.split()[1])), "utf-8")


class Nodes:
    """Some nodes in one folder.

    `start` and `kill` may be called from another process than the one that made the object. All nodes end with the
    process that made them, because only that process holds the other end of their standard input.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._told = json.loads((folder / "nodes.json").read_text("utf-8"))
        self.urls: list[str] = self._told["urls"]
        self._started: dict[int, subprocess.Popen[bytes]] = {}
        self._leash = -1

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        line: str = "3",
        nodes: int = 3,
        measured: bool = False,
        settings: Mapping[str, object] | None = None,
        plugins: Sequence[str] = (),
        more: Path | None = None,
    ) -> "Nodes":
        """Write the configuration of some nodes, on free ports.

        `settings` are additional ones. `measured` optimises for speed rather than for a quick start. `plugins` and
        `more` are the classes of additional plugins, and the folder with their files.
        """
        jars, program = fetch(line), java(line)
        ports = _free(2 * nodes)
        names = [f"n{number}" for number in range(1, nodes + 1)]
        for name, http, transport in zip(names, ports[:nodes], ports[nodes:], strict=True):
            config = folder / name / "config"
            config.mkdir(parents=True)
            (config / "log4j2.properties").write_text(_LOGGING, "utf-8")
            values = {
                "cluster.name": "reviews-test",
                "node.name": name,
                "network.host": "127.0.0.1",
                "http.port": http,
                "transport.port": transport,
                "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in ports[nodes:]],
                "cluster.initial_cluster_manager_nodes": names,
                "path.repo": str(folder / "snapshots"),
                "action.auto_create_index": False,
                "cluster.routing.allocation.node_concurrent_recoveries": 10,
                "cluster.routing.allocation.node_initial_primaries_recoveries": 10,
                "search.default_allow_partial_results": False,
                "indices.query.bool.max_clause_count": 16384,
                "cluster.routing.allocation.disk.threshold_enabled": False,
                **(settings or {}),
            }
            (config / "opensearch.yml").write_text(json.dumps(values, indent=1), "utf-8")  # JSON is YAML
        os.mkfifo(folder / "leash")
        classes = folder / "classes"
        compiler = program.resolve().with_name("javac")
        path = f"{jars}/*{os.pathsep}{more}/*" if more else f"{jars}/*"
        subprocess.run([compiler, "-nowarn", "-cp", path, "-d", classes, HERE / "Node.java"], check=True)
        told = {
            "line": line,
            "urls": [f"http://127.0.0.1:{port}" for port in ports[:nodes]],
            "command": [str(program), *(_LARGE_HEAP if measured else (*_HEAP, *_SOON))],
            "path": f"{classes}{os.pathsep}{path}",
            "plugins": [*PLUGINS[line], *plugins],
        }
        (folder / "nodes.json").write_text(json.dumps(told), "utf-8")
        made = cls(folder)
        made._leash = os.open(folder / "leash", os.O_RDWR)
        return made

    def start(self, number: int) -> None:
        """Start a node (1, 2, …). Returns immediately; `ready` waits."""
        name = f"n{number}"
        told = self._told
        command = [*told["command"], "-cp", told["path"], "Node", self.folder / name, *told["plugins"]]
        leash = os.open(self.folder / "leash", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(leash, True)
        with (self.folder / f"{name}.out").open("ab") as out:
            node = subprocess.Popen(command, stdin=leash, stdout=out, stderr=out, start_new_session=True)
        os.close(leash)
        _STARTED.append(node)
        (self.folder / f"{name}.pid").write_text(str(node.pid), "utf-8")
        self._started[number] = node

    def kill(self, number: int) -> None:
        """Kill a node like a power cut would (kill -9), and wait until it is gone."""
        if node := self._started.pop(number, None):
            node.kill()
            node.wait()
        else:
            pid = int((self.folder / f"n{number}.pid").read_text("utf-8"))
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        end = time.monotonic() + _PATIENCE
        while self.answers(number) and time.monotonic() < end:
            time.sleep(0.05)

    def answers(self, number: int) -> bool:
        """Return whether a node (1, 2, …) accepts connections."""
        host, port = self.urls[number - 1].rpartition("/")[2].split(":")
        with socket.socket() as asked:
            return asked.connect_ex((host, int(port))) == 0

    def alive(self, number: int) -> bool:
        """Return whether a node that this process started is still running."""
        return self._started[number].poll() is None

    def ready(self, nodes: int | None = None, status: str = "green") -> None:
        """Wait until some node reports that `nodes` nodes are present, and that the shards have the status `status`."""
        nodes = nodes or len(self.urls)
        end = time.monotonic() + _PATIENCE
        asked = f"/_cluster/health?wait_for_nodes={nodes}&wait_for_status={status}&timeout=5s"
        while True:
            for number, url in enumerate(self.urls, 1):
                with suppress(OSError, ValueError), urllib.request.urlopen(url + asked, timeout=10) as answer:
                    told = json.load(answer)
                    if not told["timed_out"] and told["number_of_nodes"] == nodes:
                        return
                if number in self._started and not self.alive(number):
                    raise SystemExit(f"A node has ended: read {self.folder}/n{number}.out.")
            if time.monotonic() > end:
                raise SystemExit(f"The nodes are not ready after {_PATIENCE:.0f} seconds: read {self.folder}/n1.out.")
            time.sleep(0.2)

    def end(self) -> None:
        """End every node, including those that another process started."""
        os.close(self._leash)
        for node in self._started.values():
            node.wait()
        for number in range(1, len(self.urls) + 1):
            while self.answers(number):
                time.sleep(0.05)

    def data(self) -> Iterator[Path]:
        """Yield every file that the nodes have written: data and logs."""
        for each in self.folder.glob("n*"):
            yield from (path for path in each.rglob("*") if path.is_file())


def _free(number: int) -> list[int]:
    """Return ports on which nobody listens."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextmanager
def running(*, line: str = "3", nodes: int = 3, measured: bool = False) -> Iterator[Nodes]:
    """Yield nodes that are ready. They are ended with the block."""
    with tempfile.TemporaryDirectory(prefix="reviews-opensearch-", ignore_cleanup_errors=True) as folder:
        made = Nodes.make(Path(folder), line=line, nodes=nodes, measured=measured)
        try:
            for number in range(1, nodes + 1):
                made.start(number)
            made.ready()
            yield made
        finally:
            made.end()


def main(given: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.opensearch.nodes", description=__doc__)
    parser.add_argument("--line", choices=sorted(NEEDED), default="3")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--measured", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args(given)
    for each in (signal.SIGTERM, signal.SIGINT):  # the second is ignored in what a shell starts in the background
        signal.signal(each, lambda number, frame: sys.exit(128 + number))  # clean up first
    if asked.command == ["pin"]:
        pin()
        return 0
    try:
        if asked.command == ["fetch"]:
            print(fetch(asked.line))
            return 0
        with running(line=asked.line, nodes=asked.nodes, measured=asked.measured) as nodes:
            told = {"REVIEWS_OPENSEARCH": ",".join(nodes.urls), "REVIEWS_OPENSEARCH_NODES": str(nodes.folder)}
            return subprocess.run(asked.command, env={**os.environ, **told}).returncode
    except Missing as missing:
        print(f"Skipped: {missing}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
