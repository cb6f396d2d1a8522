"""A small web of fictional boards on this computer: many host names, one server, and a log of what was asked."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.collect.addresses import Allowance

LOOPBACK = "127.0.0.1"


@dataclass
class Answer:
    """What an address gives. act: writes the answer itself."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    host: str
    path: str
    headers: Mapping[str, str]
    status: int

    @property
    def place(self) -> str:
        return self.host + self.path


class Web:
    """The web: answers by host and path. What has no answer gives 404, and a robots.txt that allows everything."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        self.log: list[Asked] = []
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def url(self, place: str) -> str:
        """The address of `www.alder.example/reviews`."""
        host, _, path = place.partition("/")
        self.names.setdefault(host, (LOOPBACK,))
        return f"http://{host}:{self.port}/{path}"

    def page(self, place: str, body: str, **headers: str) -> str:
        """Put a page of HTML somewhere, with an ETag. Returns its address."""
        text = f"<!doctype html><html lang=en><head><title>Reviews</title></head><body>{body}</body></html>"
        told = {"Content-Type": "text/html; charset=utf-8", **headers}
        return self.put(place, Answer(text.encode(), headers=told))

    def pdf(self, place: str, title: str, **headers: str) -> str:
        """Put a PDF somewhere, with an ETag. Returns its address."""
        return self.put(place, Answer(pdf(title), headers={"Content-Type": "application/pdf", **headers}))

    def put(self, place: str, answer: Answer) -> str:
        self.answers[place] = answer
        return self.url(place)

    def wait(self, handler: BaseHTTPRequestHandler) -> None:
        """An answer that does not come while the test needs it."""
        self.stopped.wait(60)

    def allowance(self, **more: tuple[str, ...]) -> Allowance:
        """The test-only permission to ask this server."""
        return Allowance({**self.names, **more}, frozenset({(LOOPBACK, self.port)}))

    def taken_log(self) -> list[Asked]:
        """The requests since the last call, without those for robots.txt."""
        log, self.log = self.log, []
        return [each for each in log if each.path != "/robots.txt"]

    @contextmanager
    def served(self) -> Iterator["Web"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host = self.headers.get("Host", "").partition(":")[0]
                answer = web.answers.get(host + self.path)
                if answer is None and self.path == "/robots.txt":
                    answer = Answer(b"User-agent: *\nDisallow:\n", headers={"Content-Type": "text/plain"})
                answer = answer or Answer(b"<h1>Nothing here</h1>", 404, {"Content-Type": "text/html"})
                body, status, headers = answer.body, answer.status, dict(answer.headers)
                if status == 200 and not answer.act and "ETag" not in headers:
                    headers["ETag"] = f'"{hash(body)}"'
                if status == 200 and headers.get("ETag") and headers["ETag"] == self.headers.get("If-None-Match"):
                    body, status = b"", 304
                web.log.append(Asked(host, self.path, dict(self.headers), status))
                if answer.act:
                    self.close_connection = True
                    answer.act(self)
                    return
                if headers.get("Content-Encoding") == "gzip" and body:
                    body = gzip.compress(body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler


def pdf(title: str) -> bytes:
    """Bytes that begin and end as a PDF does."""
    return b"%PDF-1.4\n% " + title.encode() + b"\n%%EOF\n"
