"""A small web of fictional boards on this computer: many host names, one server, and a log of requests."""

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.collect.addresses import Allowance

LOOPBACK = "127.0.0.1"


@dataclass
class Answer:
    """The response of an address. `act` writes the response itself."""

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
    """The web: responses by host and path. Everything else gives 404, and a robots.txt that allows everything."""

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        self.log: list[Asked] = []
        self.stopped = threading.Event()
        self._left, self._then = 0, _nothing
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        if secure:
            self._server.socket = secure.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])

    def url(self, place: str) -> str:
        """Return the address of a place such as `www.alder.example/reviews`."""
        host, _, path = place.partition("/")
        self.names.setdefault(host, (LOOPBACK,))
        return f"http://{host}:{self.port}/{path}"

    def page(self, place: str, body: str, **headers: str) -> str:
        """Serve a page of HTML with an ETag. Returns its address."""
        text = f"<!doctype html><html lang=en><head><title>Reviews</title></head><body>{body}</body></html>"
        told = {"Content-Type": "text/html; charset=utf-8", **headers}
        return self.put(place, Answer(text.encode(), headers=told))

    def pdf(self, place: str, title: str, **headers: str) -> str:
        """Serve a PDF with an ETag. Returns its address."""
        return self.put(place, Answer(pdf(title), headers={"Content-Type": "application/pdf", **headers}))

    def put(self, place: str, answer: Answer) -> str:
        self.answers[place] = answer
        return self.url(place)

    def wait(self, handler: BaseHTTPRequestHandler) -> None:
        """Do not respond for as long as the test needs."""
        self.stopped.wait(60)

    def at_request(self, number: int, then: Callable[[], None]) -> None:
        """Call a function when the `number`-th request from now arrives, before it is answered."""
        self._left, self._then = number, then

    def allowance(self, **more: tuple[str, ...]) -> Allowance:
        """Return the test-only permission to send requests to this server."""
        return Allowance({**self.names, **more}, frozenset({(LOOPBACK, self.port)}))

    def taken_log(self) -> list[Asked]:
        """Return the requests since the last call, without those for robots.txt."""
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

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers.get("Host", "").partition(":")[0]
        answer = self.answers.get(host + handler.path)
        if answer is None and handler.path == "/robots.txt":
            answer = Answer(b"User-agent: *\nDisallow:\n", headers={"Content-Type": "text/plain"})
        answer = answer or Answer(b"<h1>Nothing here</h1>", 404, {"Content-Type": "text/html"})
        body, status, headers = answer.body, answer.status, dict(answer.headers)
        if status == 200 and not answer.act:
            headers.setdefault("ETag", f'"{hash(body)}"')
            if headers["ETag"] == handler.headers.get("If-None-Match"):
                body, status = b"", 304
        self.log.append(Asked(host, handler.path, dict(handler.headers), status))
        self._left -= 1
        if self._left == 0:
            self._then()
        if answer.act:
            handler.close_connection = True
            answer.act(handler)
            return
        if headers.get("Content-Encoding") == "gzip" and body:
            body = gzip.compress(body)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with suppress(ConnectionError, ssl.SSLError):  # the client was killed, or does not trust this server
                    super().handle()

            def do_GET(self) -> None:
                web._answer(self)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        return Handler


def _nothing() -> None:
    pass


def pdf(title: str) -> bytes:
    """Return bytes that begin and end like a PDF."""
    return b"%PDF-1.4\n% " + title.encode() + b"\n%%EOF\n"
