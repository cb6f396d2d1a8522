"""Protect the server from slow connections: waitress with deadlines for requests and answers, and limits per address.

Waitress closes a connection on which nothing happens. But it keeps a connection open for ever if it receives a byte
every ten seconds, and it accepts only a fixed number of connections, so a hundred of those would block the page. Here,
if there are too many, the connection that has waited longest is closed, so a client that sends a complete request is
always answered. docs/adr/0019 explains why no other server is used.
"""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.receiver import ChunkedReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from reviews.web.guard.senders import network_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HEADER_SECONDS = 30.0  # until the header of a request is complete
SLOW_SECONDS = 60.0  # after this, a body must arrive, and an answer must be received, at least at this rate
BYTES_A_SECOND = 2_000  # the rate of a phone on a bad connection
FOR_EACH = 200  # connections from one address; fifty people at one address have at most 300, most of them idle
ALL = 800  # connections in total; on many systems a process may not open more than 1,024
_BACKLOG = 1024  # connections waiting to be accepted
_AROUND = 140_000  # bytes around the content of a request in chunks: waitress takes a second for each million
_BODY = 6_000_000  # bytes of a request; a sheet has at most 5 MB


class Channel(HTTPChannel):
    """A connection that knows since when it has kept the server waiting."""

    waits_since = 0.0  # since the connection was made, or the last complete request arrived
    asks_since: float | None = None  # since the first byte of an incomplete request
    asked = 0  # bytes received of it
    sends_since: float | None = None  # since an answer has been waiting to be received
    sent = 0  # bytes sent of it, including those in the system's buffers

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.waits_since = self.creation_time
        self.home = _home(self.addr)

    def received(self, data: bytes) -> bool:
        """Process received bytes of a request."""
        now = time.time()
        self.asks_since = self.asks_since or now
        self.asked += len(data)
        try:
            taken = bool(super().received(data))
        except ValueError:  # waitress lets errors through for addresses such as http://[
            return self._drop()
        body = self.request.body_rcv if self.request is not None else None
        if isinstance(body, ChunkedReceiver) and self.asked > 2 * len(body) + _AROUND:
            return self._drop()
        if self.request is not None:  # the start of the next one may have arrived with it
            self.asks_since = self.asks_since or now
        return taken

    def _drop(self) -> bool:
        """Close the connection instead of answering. Waitress would write a line about it to the log."""
        self.server.close_soon(self)
        return False

    def has_asked(self) -> None:
        """Record that a complete request has arrived. Empty lines, which waitress skips, do not count."""
        self.waits_since = time.time()
        self.asks_since = None
        self.asked = self.sent = 0

    def send(self, data: bytes, *given: Any, **more: Any) -> int:
        """Send bytes of an answer, and count them."""
        count: int = super().send(data, *given, **more)
        self.sent += count
        return count

    def is_late(self, now: float) -> bool:
        """Return whether the time for this connection is up."""
        if self.total_outbufs_len:
            if self.sends_since is None:
                self.sends_since = now
            return _is_slow(now - self.sends_since, self.sent)
        self.sends_since = None
        if self.requests:  # being answered
            return False
        if self.asks_since is None:
            return self.waits_since == self.creation_time and now - self.waits_since > HEADER_SECONDS
        if self.request is not None and self.request.headers_finished:
            return _is_slow(now - self.asks_since, self.asked)
        return now - self.asks_since > HEADER_SECONDS


def _is_slow(seconds: float, count: int) -> bool:
    """Return whether this many bytes are too few for this time."""
    return seconds > SLOW_SECONDS and count < (seconds - SLOW_SECONDS) * BYTES_A_SECOND


class Server(TcpWSGIServer):
    """Waitress, extended to close connections that are late or too many. `proxies` are addresses without a limit."""

    channel_class = Channel
    proxies: Sequence[str] = ()

    def maintenance(self, now: float) -> None:
        """Close the connections that are late. Called every second."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_late(now) and not channel.will_close:
                self.close_soon(channel)

    def add_task(self, task: Channel) -> None:
        """Answer a request. Called when it is complete and those before it are answered."""
        task.has_asked()
        super().add_task(task)

    def handle_accept(self) -> None:
        """Accept a connection. If there are too many, close the one that has waited longest."""
        super().handle_accept()
        channels = [
            channel for channel in self._map.values() if isinstance(channel, Channel) and not channel.will_close
        ]
        if not channels:
            return
        home = channels[-1].home
        same = [channel for channel in channels if channel.home == home]
        if len(same) > FOR_EACH and not self._is_proxy(home):
            self.close_soon(_oldest(same))
        elif len(channels) > ALL:
            self.close_soon(_oldest(channels))

    def close_soon(self, channel: Channel) -> None:
        """Close a connection in the server's loop.

        Waitress itself would wait until it can be written to, which may be never.
        """
        channel.will_close = True
        self.trigger.pull_trigger(channel.handle_close)

    def _is_proxy(self, home: str) -> bool:
        address = ip_network(home).network_address
        return any(address in ip_network(proxy, strict=False) for proxy in self.proxies)


def _oldest(channels: Sequence[Channel]) -> Channel:
    waiting = [channel for channel in channels if not channel.requests and not channel.total_outbufs_len]
    return min(waiting or channels, key=lambda channel: channel.waits_since)


def _home(address: Any) -> str:
    """Return the network of a connection's sender."""
    try:
        home = network_of(str(address[0]))
        return str(ip_network(home))
    except (ValueError, TypeError, IndexError):
        return "0.0.0.0/32"


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that accept connections at every address of a host name, for one or more servers.

    Raises OSError if the address cannot be used.
    """
    found: list[socket.socket] = []
    try:
        socket.getaddrinfo(host, port)  # waitress does not say what is wrong with a name
        for family, kind, protocol, address in Adjustments(host=host, port=port).listen:
            made = socket.socket(family, kind, protocol)
            found.append(made)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            with suppress(OSError):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(_BACKLOG)
    except OSError:
        for each in found:
            each.close()
        raise
    return found


def server_of(app: WSGIApplication, sockets: Sequence[socket.socket], proxies: Sequence[str] = ()) -> Server:
    """Return a server for the connections that arrive at `sockets` (see `listen`). Start it with `run`."""
    given = Adjustments(
        threads=8,
        backlog=_BACKLOG,
        ident="",
        channel_timeout=60,
        cleanup_interval=1,
        connection_limit=2 * ALL,
        max_request_body_size=_BODY,
        max_request_header_size=65_536,
        asyncore_use_poll=hasattr(select, "poll"),
    )
    _allow_files(2 * ALL)
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(given.threads)
    shared: dict[int, Any] = {}  # one loop serves every address of the host name
    servers = [
        Server(
            app,
            shared,
            _sock=each,
            dispatcher=dispatcher,
            adj=given,
            bind_socket=False,
            sockinfo=(each.family, each.type, each.proto, each.getsockname()),
        )
        for each in sockets
    ]
    for server in servers:
        server.proxies = tuple(proxies)
    return servers[0]


def _allow_files(count: int) -> None:
    """Let this process open more files, if its limit is lower and can be raised."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
