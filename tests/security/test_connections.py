"""Connections that never finish are closed, and complete requests are answered in the meantime."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from reviews.web.guard import connections
from reviews.web.guard.connections import Channel, Server, listen, server_of
from tests.patience import PATIENCE, until

QUESTION = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answering(body: bytes) -> Callable[[Any, Any], Iterable[bytes]]:
    def app(environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return app


@contextmanager
def running(body: bytes = b"seen", proxies: tuple[str, ...] = ()) -> Iterator[Server]:
    server = server_of(answering(body), listen("127.0.0.1", 0), proxies)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        open_now = list(server._map.values())
        for each in open_now:
            with suppress(OSError):
                each.close()
        server.task_dispatcher.shutdown()
        thread.join(PATIENCE)
        for each in open_now:
            if isinstance(each, Channel):  # what it has not sent may be in a file
                each.handle_close()


def link(server: Server) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=PATIENCE)
    made.settimeout(PATIENCE)
    return made


def is_closed(made: socket.socket) -> bool:
    """Wait for the end of a connection, or for bytes on it."""
    try:
        return made.recv(1) == b""
    except ConnectionResetError:
        return True


def answer(made: socket.socket) -> bytes:
    made.sendall(QUESTION)
    return heard(made)


def heard(made: socket.socket) -> bytes:
    found = b""
    while b"seen" not in found and (more := made.recv(10_000)):
        found += more
    return found


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nX: ", b"x"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf", b"x"),
        (b"\r\n\r\n", b"\r\n\r\n"),
    ],
    ids=["silent", "header", "body", "empty lines"],
)
def test_a_request_that_never_ends_is_closed_at_its_deadline(
    begun: bytes, drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(connections, "SLOW_SECONDS", 0.3)
    with running() as server, link(server) as slow:
        over = threading.Event()

        def trickle() -> None:  # so that waitress never considers it idle
            while begun and not over.wait(0.05):
                with suppress(OSError):
                    slow.send(drop)

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


def test_of_too_many_connections_from_one_address_the_oldest_waiting_one_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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


def test_a_response_that_nobody_receives_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
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


CHUNKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "around",
    [b"5;" + b"a" * 5_000_000, b"0\r\n" + b"a: b\r\n" * 800_000, b"1\r\na\r\n" * 800_000],
    ids=["an extension", "a trailer", "single letters"],
)
def test_a_request_that_is_mostly_framing_is_closed_before_it_is_taken_apart(around: bytes) -> None:
    """Five million bytes of it held up the server's only loop for three seconds. Nobody had to sign in for that."""
    with running() as server, link(server) as odd:
        odd.sendall(CHUNKED)
        channel = only_channel(server)
        with suppress(OSError):
            odd.sendall(around)
        assert is_closed(odd)
        assert channel.asked < 1_000_000


def test_a_request_in_chunks_is_answered() -> None:
    with running() as server, link(server) as made:
        made.sendall(CHUNKED + b"".join(b"3e8\r\n" + b"x" * 1_000 + b"\r\n" for _ in range(1_000)) + b"0\r\n\r\n")
        assert b"seen" in heard(made)


def test_an_address_that_is_none_writes_no_line_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with running() as server, link(server) as odd:
        odd.sendall(b"GET http://[evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert is_closed(odd)
    assert caplog.text == ""


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time for connections. It only passes when it is set, and is never earlier than the computer's time."""
    now = [time.time()]
    monkeypatch.setattr(connections, "time", SimpleNamespace(time=lambda: now[0]))
    return now


def only_channel(server: Server) -> Channel:
    until(lambda: len(server.active_channels) == 1)
    (channel,) = server.active_channels.values()
    assert isinstance(channel, Channel)
    return channel


def has_come(channel: Channel, count: int) -> None:
    until(lambda: channel.asked == count)


def has_sent(channel: Channel, count: int) -> None:
    until(lambda: channel.sent >= count)


@pytest.mark.parametrize(
    ("size", "in_header", "in_body", "seconds"),
    [(2_000, 20, 1, 20), (2_000, 1, 20, 20), (400_000, 1, 100, 100)],
    ids=["header", "form", "sheet"],
)
def test_a_phone_that_sends_in_pieces_is_answered(
    size: int, in_header: int, in_body: int, seconds: int, now: list[float]
) -> None:
    header = b"POST / HTTP/1.1\r\nHost: localhost\r\nX: %s\r\nContent-Length: %d\r\n\r\n" % (b"x" * 100, size)
    step = len(header) // in_header
    pieces = [header[n * step : (n + 1) * step if n < in_header - 1 else None] for n in range(in_header)]
    pieces += [b"x" * (size // in_body)] * in_body
    with running() as server, link(server) as phone:
        channel = only_channel(server)
        sent = 0
        for piece in pieces[:-1]:
            phone.sendall(piece)
            sent += len(piece)
            has_come(channel, sent)
            now[0] += seconds / len(pieces)
            assert not channel.is_late(now[0])
        phone.sendall(pieces[-1])
        assert b"seen" in heard(phone)


def test_a_phone_that_reads_slowly_gets_all_of_its_answer(now: list[float]) -> None:
    body = b"x" * 8_000_000
    with running(body) as server, link(server) as phone:
        channel = only_channel(server)
        phone.sendall(QUESTION)
        until(lambda: channel.total_outbufs_len > 0)
        assert not channel.is_late(now[0])
        got = 0
        while got < len(body):
            part = len(phone.recv(100_000))
            assert part, f"cut off after {got} bytes"
            got += part
            has_sent(channel, got)
            now[0] += part / 4_000
            assert not channel.is_late(now[0])
