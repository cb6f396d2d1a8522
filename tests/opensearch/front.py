"""A real HTTP server in front of a cluster (the double or real nodes) that makes its requests fail."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Backend = Callable[[str, str, bytes], tuple[int, Any]]
"""Given method, address and body, gives status and JSON, or raises HangUp."""


class HangUp(Exception):
    """Raised by a backend when no answer is to come."""


def node(url: str) -> Backend:
    """Return a backend for a real node."""

    def ask(method: str, target: str, body: bytes) -> tuple[int, Any]:
        lines = target.partition("?")[0] in ("/_bulk", "/_msearch")
        kind = {"content-type": "application/x-ndjson" if lines else "application/json"}
        request = urllib.request.Request(url + target, data=body or None, method=method, headers=kind)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    return ask


class Front:
    """Passes requests on and makes one of them fail.

    `asked` are the requests so far, as method and path. `fault` is how request number `at` (1-based) fails: "refused"
    (503, and nothing is done), "lost" (it is done, but no answer comes) or "dead" (nothing is done, and nothing answers
    from then on).
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.at = 0
        self.fault = ""
        self.status = 503
        self._lock = threading.Lock()
        self.url = ""

    def fail(self, at: int, fault: str, status: int = 503) -> None:
        """Start counting: request number `at` from now will fail."""
        self.asked, self.bodies, self.at, self.fault, self.status = [], [], at, fault, status

    def sound(self) -> None:
        """Let all requests succeed from now on."""
        self.fail(0, "")

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any] | None:
        """Return the answer, or None to hang up."""
        with self._lock:
            self.asked.append(f"{method} {target}")
            self.bodies.append(body)
            number = len(self.asked)
            if self.fault == "dead" and number >= self.at:
                return None
            if number == self.at and self.fault == "refused":
                return self.status, {"error": {"type": "made_up_exception"}, "status": self.status}
            try:
                told = self.backend(method, target, body)
            except HangUp:
                return None
            return None if number == self.at and self.fault == "lost" else told


@contextmanager
def standing_before(backend: Backend) -> Iterator[Front]:
    """Yield the server, which ends with the block."""
    front = Front(backend)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told = front.answer(self.command, self.path, body)
            if told is None:
                self.close_connection = True
                return
            data = json.dumps(told[1]).encode()
            self.send_response(told[0])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *given: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
