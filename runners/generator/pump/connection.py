"""One connection of a load, which is one Locust user: its socket, reopened as needed, and its request."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from runners.generator.pump.reply import Reply
from runners.generator.pump.ring import Ring, RingEntry
from runners.http.web_socket import Echo, WebSocketClient, close_frame

Place = tuple[RingEntry, RingEntry | None]
"""Where a connection is in its walk of a ring: ``Connection.entry`` and ``home``."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a load goes, resolved."""

    family: int
    socket_address: tuple[Any, ...]
    """In the form that ``connect`` takes."""

    @classmethod
    def resolve(cls, host: str, port: int) -> Address:
        """First address of ``host``; raises OSError where it has none."""
        family, _, _, _, socket_address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return cls(family, socket_address)


class Connection:
    """State of one connection; the pump drives it.

    While ``off_path`` is False, a request is in flight and nothing of its answer has arrived.
    """

    __slots__ = (
        "answered",
        "entry",
        "failures",
        "fd",
        "fresh",
        "gone",
        "home",
        "lag_ns",
        "off_path",
        "reply",
        "served",
        "sock",
        "start_ns",
        "unsent",
        "web_socket",
    )

    entry: RingEntry
    """The request in flight, or the next one."""

    def __init__(self) -> None:
        self.sock: Any = None
        self.fd = -1
        self.gone = False
        """Whether its user has left."""
        self.home: RingEntry | None = None
        """Entry at which it begins to walk the ring; None once it has."""
        self.answered = False
        """Whether it has had an answer in this load."""
        self.failures = 0
        """Errors in a row since its last answer."""
        self.start_ns = 0
        """When the request in flight began, monotonic; 0: none is in flight. Open load: when it was due."""
        self.lag_ns = 0
        """Open load: from when the request in flight was due to when it was handed over."""
        self.fresh = True
        """Whether nothing was answered on this socket yet."""
        self.served = 0
        """Answers on this socket off the fast path; where its reuse is limited, these are all."""
        self.off_path = True
        """Whether what comes next may be something else than a whole answer in one piece."""
        self.web_socket: WebSocketClient | None = None
        """The WebSocket on this socket, if it is one."""
        self.reply: Reply | Echo | None = None
        """The answer under way off the fast path."""
        self.unsent = b""
        """What the socket has not taken yet of a request."""

    def begin(self, ring: Ring, place: int) -> None:
        """Forget the load before this one; in this one the connection has number ``place``."""
        self.home = ring.home(place)
        self.entry = self.next_entry(ring)
        self.answered, self.failures, self.start_ns, self.lag_ns = False, 0, 0, 0

    @property
    def place(self) -> Place:
        """Where it is in its walk."""
        return self.entry, self.home

    def go_to(self, place: Place) -> None:
        """Walk on from there."""
        self.entry, self.home = place

    def next_entry(self, ring: Ring) -> RingEntry:
        """The entry that is asked next.

        First every entry is asked once, by whichever connection is free, so that all are known as early
        as can be; then each connection walks the ring from its own place.
        """
        if ring.unasked:
            return ring.unasked.pop()
        home, self.home = self.home, None
        return home or self.entry.next

    def opening(self, ring: Ring) -> bytes:
        """First bytes that are sent on a new socket: the request, or a WebSocket's handshake."""
        exchange = self.entry.exchange
        if not exchange.messages:
            return self.entry.request
        self.web_socket = WebSocketClient(exchange.request, ring.host)
        return self.web_socket.take()

    def open(self, address: Address, socket_type: Any) -> None:  # noqa: ANN401 - the original socket class
        """Begin to connect; how it went shows when the socket is written to or read.

        Raises OSError where there is no descriptor or no local port for it.
        """
        self.sock = socket_type(address.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.fd = self.sock.fileno()
        self.fresh = self.off_path = True
        self.served = 0
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.sock.connect_ex(address.socket_address) == errno.EADDRNOTAVAIL:
            raise OSError(
                errno.EADDRNOTAVAIL, "no local port is free: too many connections were closed lately"
            )

    def expect(self) -> Reply | Echo:
        """Begin to collect the answer to the request in flight."""
        reply = self.reply = (
            Reply(self.entry) if self.web_socket is None else Echo(self.web_socket, self.entry.exchange)
        )
        return reply

    def close(self) -> None:
        """Close the socket, if there is one, and forget what was under way on it."""
        if self.sock is not None:
            if self.web_socket is not None and self.web_socket.is_open and not self.unsent:
                with suppress(OSError):
                    self.sock.send(close_frame())
            self.sock.close()
        self.web_socket = None
        self.sock, self.fd = None, -1
        self.reply, self.unsent, self.off_path = None, b"", True
