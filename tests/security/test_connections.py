"""Connections that never finish: they are closed, and whoever asks a whole question is answered meanwhile."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from reviews.web.guard import connections
from reviews.web.guard.connections import Server, server_of
from tests.patience import PATIENCE, until

QUESTION = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answering(body: bytes) -> Callable[[Any, Any], Iterable[bytes]]:
    def app(environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return app


@contextmanager
def running(body: bytes = b"seen", proxies: tuple[str, ...] = ()) -> Iterator[Server]:
    server = server_of(answering(body), "127.0.0.1", 0, proxies)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        for each in list(server._map.values()):
            with suppress(OSError):
                each.close()
        server.task_dispatcher.shutdown()
        thread.join(PATIENCE)


def link(server: Server) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=PATIENCE)
    made.settimeout(PATIENCE)
    return made


def is_closed(made: socket.socket) -> bool:
    """Waits for the end of a connection, or for bytes on it."""
    try:
        return made.recv(1) == b""
    except ConnectionResetError:
        return True


def answer(made: socket.socket) -> bytes:
    made.sendall(QUESTION)
    found = b""
    while b"seen" not in found and (more := made.recv(10_000)):
        found += more
    return found


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"],
    ids=["silent", "header", "body"],
)
def test_a_request_that_never_ends_is_closed_at_its_deadline(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.3)
    with running() as server, link(server) as slow:
        over = threading.Event()

        def trickle() -> None:  # so that waitress never sees it idle
            while begun and not over.wait(0.05):
                with suppress(OSError):
                    slow.send(b"x")

        slow.sendall(begun)
        thread = threading.Thread(target=trickle)
        thread.start()
        assert is_closed(slow)
        over.set()
        thread.join()


def test_an_idle_connection_that_has_asked_before_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 1e9)
    with running() as server, link(server) as kept:
        assert b"seen" in answer(kept)
        channel = next(iter(server.active_channels.values()))
        monkeypatch.setattr(connections, "HEADER_SECONDS", 0.0)
        assert not channel.is_late(channel.waits_since + 50)
        assert b"seen" in answer(kept)


def test_of_too_many_connections_from_one_address_the_oldest_that_waits_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FOR_EACH", 5)
    with running() as server:
        slow = [link(server) for _ in range(5)]
        for each in slow:
            each.sendall(b"GET / HT")
        with link(server) as honest:
            assert b"seen" in answer(honest)
        assert is_closed(slow[0])
        for each in slow:
            each.close()


def test_a_listed_proxy_has_no_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FOR_EACH", 2)
    with running(proxies=("127.0.0.0/8",)) as server:
        links = [link(server) for _ in range(6)]
        assert all(b"seen" in answer(each) for each in links)
        for each in links:
            each.close()


def test_an_answer_that_nobody_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SLOW_SECONDS", 0.3)
    monkeypatch.setattr(connections, "BYTES_A_SECOND", 10**12)
    with running(b"x" * 50_000_000) as server, link(server) as deaf:
        deaf.sendall(QUESTION)
        until(lambda: bool(server.active_channels))
        until(lambda: not server.active_channels)


def test_a_hundred_trickling_connections_do_not_stop_the_page() -> None:
    with running() as server:
        slow = [link(server) for _ in range(100)]
        for each in slow:
            each.sendall(b"G")
        with link(server) as honest:
            assert b"seen" in answer(honest)
        for each in slow:
            each.close()
